/** What the wizard has no field for: kept, and said. */
export const wizardKept = {
  title: 'Kept as it is',
  hint: 'The wizard has no fields for this: so it was in the draft, and so it will be saved.',
  drop: 'Take this out',
  exclude: 'Except: {{what}}',
  narrowed: 'Of the list only who has {{what}}',
  other: 'Also in the draft: {{what}}',
  part: '{{name}}: {{what}}',
  more: 'and {{count}} more',
  wave: 'Wave {{number}}: {{what}}',
  pilot: 'Pilot: {{what}}',
  name: 'named “{{name}}”',
  gate: 'a gate of its own ({{what}})',
  noPerson: 'waits for no person',
  ofDevices: 'counts devices, not stores',
  notCumulative: 'a share without the waves before',
  notStores: 'without stores {{what}}',
  replaced: 'The former waves “{{template}}” are replaced, and their names and gates go with them.',
  restore: 'Bring the former back',
} as const

/** Before a draft that nobody saved is left for another one. */
export const wizardReplace = {
  title: 'The wizard holds a draft that was not saved',
  own: 'Changes of the draft “{{name}}” were not saved.',
  other: 'The new rollout “{{name}}” was not saved.',
  unnamed: 'A new rollout was not saved.',
  lost: 'Opening “{{name}}” loses that.',
  yes: 'Open “{{name}}”',
  back: 'Back to what was not saved',
} as const

/** Who has to agree, said before anything is saved. */
export const wizardTwo = {
  title: 'Two persons are needed',
  office: 'This head office asks for it: somebody else who may approve has to approve the plan, not you.',
  draft: 'This draft asked for two already: somebody else who may approve has to approve the plan, not you.',
  policy: 'The rules ask for it: somebody else who may approve has to approve the plan, not you.',
  fixedOffice: 'This head office asks for it: it cannot be turned off.',
  fixedDraft: 'The draft asked for two already: it cannot be turned off.',
} as const
