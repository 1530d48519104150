import type { Logger } from '../log.ts';

const ignore = () => undefined;

/** The logger of a client that was given none. */
export const noLog: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
