export const jump = {
  hint: 'Code, name, till number or address',
  keys: '↑ ↓ choose, Enter goes, Esc closes',
  number: 'no. {{number}}',
  groups: {
    recent: 'Recent',
    stores: 'Stores',
    tills: 'Tills',
    rollouts: 'Rollouts',
    commands: 'Actions',
    sections: 'Sections',
  },
  do: {
    newRollout: 'Create a rollout',
    upload: 'Upload a package',
    import: 'Import the list of stores and tills',
    enrol: 'Enrol host keys',
  },
} as const
