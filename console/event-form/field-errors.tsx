import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { FieldError } from '../state/api-client.ts';

/** What is wrong with the fields of the form, by the paths of the API. */
export const FieldErrors = createContext<readonly FieldError[]>([]);

/** What is wrong with a field of the API or with a part of it, such as one header. */
export function useErrorsOf(name: string): readonly FieldError[] {
  return useContext(FieldErrors).filter(({ path }) => path === name || path.startsWith(`${name}.`));
}

type Props = { readonly name: string; readonly errors: readonly FieldError[] };

/** The errors of a field, to which the field refers by `errorsId`. */
export function ErrorList({ name, errors }: Props) {
  if (errors.length === 0) return null;
  return (
    <ul class="field-errors" id={errorsId(name)}>
      {errors.map(({ path, detail }) => (
        <li key={path + detail}>
          {path !== name && <code>{path.slice(name.length + 1)}</code>} {detail}
        </li>
      ))}
    </ul>
  );
}

/** The attributes by which a field says that it is not valid, and where the reasons are. */
export function errorAttributes(name: string, errors: readonly FieldError[]) {
  return errors.length === 0 ? {} : ({ 'aria-invalid': 'true', 'aria-describedby': errorsId(name) } as const);
}

function errorsId(name: string): string {
  return `errors-${name}`;
}
