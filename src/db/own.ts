/** Whose stores a row is about, as SQL; $1 is the groups of stores that may be seen (text[]). */

/** @param store SQL of a store's id */
const ownStore = (store: string): string =>
  `EXISTS (SELECT 1 FROM store own WHERE own.id = ${store} AND own.group_name = ANY($1::text[]))`

/** One store of theirs is enough. A draft has no rows yet, only its plan. @param id of the rollout, as SQL */
export const ownRollout = (id: string): string =>
  `(EXISTS (SELECT 1 FROM device_update ou JOIN store own ON own.id = ou.store_id
     WHERE ou.rollout_id = ${id} AND own.group_name = ANY($1::text[]))
   OR EXISTS (SELECT 1 FROM rollout draft CROSS JOIN jsonb_array_elements(draft.plan->'stores') planned
     JOIN store own ON own.id = (planned->>'id')::uuid
     WHERE draft.id = ${id} AND own.group_name = ANY($1::text[])
       AND NOT EXISTS (SELECT 1 FROM device_update ou WHERE ou.rollout_id = ${id})))`

/** Events that are about nothing in particular, and that who sees only some groups may read all the same. */
const FOR_ALL = ['fleetImported', 'packageAdded', 'packageRetired']

/** Of the whole chain, of a group of theirs, or of one of their stores: its name would tell of the others. @param f a freeze's name */
export const ownFreeze = (f: string): string =>
  `(${f}.scope = 'chain' OR (${f}.scope = 'group' AND ${f}.scope_name = ANY($1::text[]))
   OR (${f}.scope = 'store' AND EXISTS (SELECT 1 FROM store own WHERE own.code = ${f}.scope_name AND own.group_name = ANY($1::text[]))))`

/** They name their freeze, by text: what is compared is never more than a text. */
const ownFreezeEvent = (e: string): string =>
  `EXISTS (SELECT 1 FROM "freeze" fz WHERE fz.id::text = ${e}.params->>'id' AND ${ownFreeze('fz')})`

/**
 * An event is theirs by its store; by its device, update or store package where the writer named only that; else by its
 * rollout. Of the rest (users, tokens, schedules, reports of the chain) they see what concerns everybody.
 * @param e the event's name in the statement
 */
export const ownEvent = (e: string): string => {
  const of = (table: string, id: string) =>
    `(SELECT ${ownStore('o.store_id')} FROM ${table} o WHERE o.id = ${e}.${id})`
  return `coalesce(CASE
    WHEN ${e}.store_id IS NOT NULL THEN ${ownStore(`${e}.store_id`)}
    WHEN ${e}.device_id IS NOT NULL THEN ${of('device', 'device_id')}
    WHEN ${e}.update_id IS NOT NULL THEN ${of('device_update', 'update_id')}
    WHEN ${e}.store_package_id IS NOT NULL THEN ${of('store_package', 'store_package_id')}
    WHEN ${e}.rollout_id IS NOT NULL THEN ${ownRollout(`${e}.rollout_id`)}
    WHEN ${e}.code IN ('freezeAdded', 'freezeLifted') THEN ${ownFreezeEvent(e)}
    ELSE ${e}.code IN (${FOR_ALL.map((code) => `'${code}'`).join(', ')}) END, false)`
}
