/** How many devices may be named one by one, at most: the same for the API and for the page that says so before. */

/** Of a skip and of a retry: each is judged, and moved, for itself while somebody waits for the answer. */
export const MOST_NAMED = 1000
/** Of a question for keys, which is a row for each. */
export const MOST_ENROLLED = 10_000
