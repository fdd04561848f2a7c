// A form: sends once, shows what is wrong beside the field it is wrong with, or above the button.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./button";
import { reasons, sentence } from "./problem";

export interface FormState {
  busy: boolean;
  errors: Record<string, string>;
  /** What is wrong with nothing in particular. */
  problem: string | null;
}

const calm: FormState = { busy: false, errors: {}, problem: null };

/** `fields` are those that show their own errors. */
export function useForm(fields: readonly string[], send: () => Promise<void>): FormState & { submit: (event: Event) => Promise<void> } {
  const [state, setState] = useState(calm);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (state.busy) return;
    setState({ ...calm, busy: true });
    try {
      await send();
      setState(calm);
    } catch (problem) {
      const errors = reasons(problem);
      const shown = fields.some((field) => errors[field]);
      setState({ busy: false, errors, problem: shown ? null : sentence(problem) });
    }
  };
  return { ...state, submit };
}

type FormProps = {
  form: ReturnType<typeof useForm>;
  action: string;
  children: ComponentChildren;
  /** Stands beside the button. */
  beside?: ComponentChildren;
  wide?: boolean;
  disabled?: boolean;
};

export function Form({ form, action, children, beside, wide, disabled }: FormProps) {
  return (
    <form class="form" data-wide={wide || undefined} onSubmit={form.submit}>
      {children}
      {form.problem && <p class="notice" data-kind="bad" role="alert">{form.problem}</p>}
      <div class="form-foot">
        {beside}
        <Button kind="main" type="submit" busy={form.busy} disabled={disabled}>{action}</Button>
      </div>
    </form>
  );
}
