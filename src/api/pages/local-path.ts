const HERE = 'http://here.invalid'
export const HOME = '/'

/** A path from our root, or the page that comes by itself: nobody is sent elsewhere by a link to us. */
export function localPath(asked: unknown): string {
  if (typeof asked !== 'string' || asked.length > 500) return HOME
  // What a browser would take for another host: //evil, /\evil, and either behind a control character.
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(asked) || asked.includes('\\')) return HOME
  try {
    const url = new URL(asked, HERE)
    return url.origin === HERE && !url.pathname.startsWith('//') ? url.pathname + url.search : HOME
  } catch {
    return HOME
  }
}
