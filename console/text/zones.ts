/** The time zone of the browser. */
export const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The names of all time zones. */
export const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];
