type Props<T extends string> = {
  /** What is chosen, for screen readers. */
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly chosen: T;
  readonly choose: (value: T) => void;
};

/** A choice of one among a few, all of them in view. */
export function Segments<T extends string>({ label, options, chosen, choose }: Props<T>) {
  return (
    <fieldset class="segments" aria-label={label}>
      {options.map(({ value, text }) => (
        <button key={value} type="button" aria-pressed={value === chosen} onClick={() => choose(value)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}
