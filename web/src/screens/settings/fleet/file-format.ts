export const fileFormats = ['csv', 'json', 'yaml', 'ini'] as const
export type FileFormat = (typeof fileFormats)[number]
export const isFileFormat = (text: string): text is FileFormat =>
  (fileFormats as readonly string[]).includes(text)

const byEnding: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  txt: 'csv',
  tsv: 'csv',
  json: 'json',
  yml: 'yaml',
  yaml: 'yaml',
  ini: 'ini',
  cfg: 'ini',
  hosts: 'ini',
}
/** As its name ends; an inventory of Ansible often is just `hosts` or `inventory`. */
export const formatOf = (fileName: string): FileFormat =>
  byEnding[fileName.toLowerCase().split('.').at(-1) ?? ''] ?? 'ini'
