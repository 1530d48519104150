import { describe, expect, test } from 'vitest';
import { schemaExpander } from './expand-schema.ts';

describe('the placeholder', () => {
  test('becomes the quoted schema everywhere', () => {
    expect(schemaExpander('crm')('select {schema}.f() from {schema}.t')).toBe(
      'select "crm".f() from "crm".t',
    );
  });

  test('gives the same text again once its memo was full', () => {
    const expand = schemaExpander('crm');
    for (let index = 0; index < 2_500; index += 1) expand(`select ${index} from {schema}.t`);
    expect(expand('select 7 from {schema}.t')).toBe('select 7 from "crm".t');
  });
});

describe('a schema name', () => {
  test.each(['spoke', '_x', 'a1', 'user', 'a'.repeat(51)])('%s is taken', (name) => {
    expect(schemaExpander(name)('{schema}')).toBe(`"${name}"`);
  });

  test.each(['', 'Spoke', '1a', 'a-b', 'a"b', 'a.b', 'ä', 'pg_x', 'a\n', 'a'.repeat(52)])(
    '%j is refused',
    (name) => {
      expect(() => schemaExpander(name)).toThrow(
        expect.objectContaining({ code: 'DATABASE_SCHEMA_INVALID' }),
      );
    },
  );
});
