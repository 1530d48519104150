/** The channel on which producers announce committed events. A schema's name fits: both are at most 63 bytes. */
export const wakeChannel = (schema: string) => `${schema}_outbox`;
