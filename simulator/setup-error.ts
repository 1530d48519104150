/** A file or value that a portal was to be set up with cannot be taken; the message says what is wrong and what to do. */
export class SetupError extends Error {}
