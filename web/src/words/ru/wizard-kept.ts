/** What the wizard has no field for: kept, and said. */
export const wizardKept = {
  title: 'Остаётся как есть',
  hint: 'Для этого в мастере нет полей: так было в черновике, так и сохранится.',
  drop: 'Убрать это',
  exclude: 'Кроме: {{what}}',
  narrowed: 'Только из списка, у кого {{what}}',
  other: 'Ещё в черновике: {{what}}',
  part: '{{name}}: {{what}}',
  more: 'и ещё {{count}}',
  wave: 'Волна {{number}}: {{what}}',
  pilot: 'Пилот: {{what}}',
  name: 'название «{{name}}»',
  gate: 'свой порог ({{what}})',
  noPerson: 'человека не ждать',
  ofDevices: 'считать устройства, а не магазины',
  notCumulative: 'доля — без прежних волн',
  notStores: 'без магазинов {{what}}',
  replaced: 'Прежнюю нарезку «{{template}}» заменит новая, и её названия и пороги волн уйдут.',
  restore: 'Вернуть прежнюю',
} as const

/** Before a draft that nobody saved is left for another one. */
export const wizardReplace = {
  title: 'В мастере есть несохранённый черновик',
  own: 'Правки черновика «{{name}}» не сохранены.',
  other: 'Новое обновление «{{name}}» не сохранено.',
  unnamed: 'Новое обновление не сохранено.',
  lost: 'Если открыть «{{name}}», несохранённое пропадёт.',
  yes: 'Открыть «{{name}}»',
  back: 'Вернуться к несохранённому',
} as const

/** Who has to agree, said before anything is saved. */
export const wizardTwo = {
  title: 'Нужны двое',
  office: 'Так настроен головной офис: план согласует другой человек с правом согласования, не вы.',
  draft: 'Этот черновик уже просит двоих: план согласует другой человек с правом согласования, не вы.',
  policy: 'Так выбрано в правилах: план согласует другой человек с правом согласования, не вы.',
  fixedOffice: 'Так настроен головной офис: отключить нельзя.',
  fixedDraft: 'Черновик уже просил двоих: отключить нельзя.',
} as const
