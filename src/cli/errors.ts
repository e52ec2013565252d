/** Thrown by commands whose message is for the person who typed them. */
export class CommandFailed extends Error {}
