/** Object types with a partition of their own. */
const PARTITIONS: readonly string[] = ['contacts', 'companies', 'deals', 'tickets'];

/** The table, without its schema, that holds the records of an object type. */
export function partitionOf(objectType: string): string {
  return `mirror_${PARTITIONS.includes(objectType) ? objectType : 'others'}`;
}
