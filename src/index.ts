export * from './config/index.ts';
export { ERROR_CODES, type ErrorCode, SpokeError } from './errors.ts';
export * from './mapping/index.ts';
