/** Thrown by commands whose message is for the person who typed them. */
export class CommandFailed extends Error {}

/** What was typed cannot be meant: exit status 64. */
export class UsageFailed extends Error {}
