/** What keeps the embedded database from starting. Each message holds a way out. */

/** No PostgreSQL for this platform, or no way to run it here. */
export class EmbeddedUnavailable extends Error {}
/** Another head office holds the folder. */
export class FolderInUse extends Error {}
/** It does not come up; the message ends with its own last words. */
export class EmbeddedFailed extends Error {}
