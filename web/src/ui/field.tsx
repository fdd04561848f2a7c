// What one fills in: a field with its label, hint and error; a switch; one of a few choices.
import type { InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icon";

type FieldProps = {
  label: string;
  hint?: string;
  error?: string | undefined;
  rows?: number;
  value: string;
  onValue: (value: string) => void;
  type?: "text" | "email" | "password" | "date";
} & Partial<Pick<InputHTMLAttributes, "autocomplete" | "required" | "minLength" | "maxLength" | "autoFocus" | "name">>;

export function Field({ label, hint, error, rows, value, onValue, type = "text", ...rest }: FieldProps) {
  const id = useId();
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const common = {
    id,
    value,
    class: "input",
    dir: "auto" as const,
    "aria-invalid": Boolean(error),
    "aria-describedby": about || undefined,
    ...rest,
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>{label}</label>
      {rows
        ? <textarea {...(common as object)} rows={rows} onInput={(event) => onValue(event.currentTarget.value)} />
        : <input {...({ ...common, type } as InputHTMLAttributes)} onInput={(event) => onValue(event.currentTarget.value)} />}
      {hint && <span class="field-hint" id={`${id}-hint`}>{hint}</span>}
      {error && <span class="field-error" id={`${id}-error`}>{error}</span>}
    </div>
  );
}

type SearchFieldProps = { label: string; value: string; onValue: (value: string) => void; autoFocus?: boolean };

export function SearchField({ label, value, onValue, autoFocus }: SearchFieldProps) {
  return (
    <div class="search-input">
      <Icon name="search" />
      <input
        class="input"
        type="search"
        dir="auto"
        aria-label={label}
        placeholder={label}
        value={value}
        autoFocus={autoFocus}
        autocomplete="off"
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </div>
  );
}

export function Switch(props: { label: string; hint?: string; on: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <label class="switch">
      <span class="switch-text">
        <span class="switch-name" id={id}>{props.label}</span>
        {props.hint && <span class="field-hint" id={`${id}-hint`}>{props.hint}</span>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={props.on}
        disabled={props.disabled}
        aria-labelledby={id}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

type ChoiceProps<V extends string> = {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
};

export function Choice<V extends string>({ label, value, options, onChange }: ChoiceProps<V>) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="field-label">{label}</legend>
      <div class="choice">
        {options.map((option) => (
          <label key={option.value}>
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
