// A field to write Markdown in: it grows with what is written, completes names, and sends on Enter.
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { toast } from "../ui/toast";
import { t } from "../words";
import { choicesFor } from "./choices";
import { type Choice, complete, type Word, wordAt } from "./complete";
import { useTalk } from "./talk";

export interface WritingControl {
  focus(): void;
  /** Puts words where the caret stands. */
  insert(words: string): void;
  /** Around what is chosen. */
  wrap(mark: string): void;
}

interface Props {
  label: string;
  placeholder?: string;
  value: string;
  onValue: (value: string) => void;
  onSubmit: () => void;
  /** Keys that mean something else here; true where one did. */
  onKey?: (event: KeyboardEvent) => boolean;
  control?: (control: WritingControl) => void;
  autoFocus?: boolean;
}

interface Completing {
  word: Word;
  choices: Choice[];
  at: number;
}

export function Writing({ label, placeholder, value, onValue, onSubmit, onKey, control, autoFocus }: Props) {
  const talk = useTalk();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);
  const [completing, setCompleting] = useState<Completing | null>(null);
  const asked = useRef(0);

  useLayoutEffect(() => grow(field.current, caret), [value]);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    if (autoFocus) focusEnd(element);
    control?.({
      focus: () => element.focus(),
      insert: (words) => put(element, words, ""),
      wrap: (mark) => put(element, mark, mark),
    });
  }, []);

  const put = (element: HTMLTextAreaElement, before: string, after: string) => {
    const { selectionStart: from, selectionEnd: to, value: text } = element;
    caret.current = after ? to + before.length : from + before.length;
    onValue(text.slice(0, from) + before + (after ? text.slice(from, to) : "") + after + text.slice(to));
    element.focus();
  };
  const look = (text: string, place: number) => {
    const word = wordAt(text, place);
    const channel = talk.log.channel.value;
    const turn = (asked.current += 1);
    if (!word || !channel) return setCompleting(null);
    void choicesFor(word, channel, (choices) => {
      if (turn === asked.current) setCompleting(choices.length > 0 ? { word, choices, at: 0 } : null);
    });
  };
  const choose = (choice: Choice) => {
    if (!completing) return;
    const done = complete(value, completing.word, choice);
    caret.current = done.caret;
    setCompleting(null);
    onValue(done.text);
    field.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (completing && steer(event, completing, setCompleting, choose)) return event.preventDefault();
    if (onKey?.(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onSubmit();
  };
  const list = completing && `${id}-list`;
  return (
    <div class="writing">
      {completing && list && (
        <ul class="completions" id={list} role="listbox" aria-label={t("talk_completions")}>
          {completing.choices.map((choice, at) => (
            <li key={choice.insert} id={`${list}-${at}`} role="option" aria-selected={at === completing.at} onMouseDown={(event) => event.preventDefault()} onClick={() => choose(choice)}>
              <span dir="auto">{choice.label}</span>
              <span class="soft small cut" dir="auto">{choice.hint}</span>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={label}
        placeholder={placeholder}
        value={value}
        autocomplete="off"
        aria-autocomplete="list"
        aria-controls={list ?? undefined}
        aria-activedescendant={completing ? `${list}-${completing.at}` : undefined}
        onInput={(event) => {
          onValue(event.currentTarget.value);
          look(event.currentTarget.value, event.currentTarget.selectionStart);
        }}
        onKeyDown={press}
        onBlur={() => setCompleting(null)}
        onPaste={refuseFiles}
        onDragOver={allowDrop}
        onDrop={refuseFiles}
      />
    </div>
  );
}

function grow(field: HTMLTextAreaElement | null, caret: { current: number | null }): void {
  if (!field) return;
  field.style.blockSize = "auto";
  field.style.blockSize = `${field.scrollHeight}px`;
  if (caret.current === null) return;
  field.setSelectionRange(caret.current, caret.current);
  caret.current = null;
}

function focusEnd(field: HTMLTextAreaElement): void {
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

/** Keys that belong to the list of completions while it is open. */
function steer(event: KeyboardEvent, now: Completing, set: (next: Completing | null) => void, choose: (choice: Choice) => void): boolean {
  const { length } = now.choices;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    set({ ...now, at: (now.at + step + length) % length });
    return true;
  }
  const choice = now.choices[now.at];
  if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && choice) {
    choose(choice);
    return true;
  }
  if (event.key !== "Escape") return false;
  event.stopPropagation();
  set(null);
  return true;
}

/** The browser would open a file in place of the page; this server takes none. */
function refuseFiles(event: DragEvent | ClipboardEvent): void {
  const data = "dataTransfer" in event ? event.dataTransfer : event.clipboardData;
  if (!data || data.files.length === 0) return;
  event.preventDefault();
  toast(t("talk_no_uploads"), "bad");
}

function allowDrop(event: DragEvent): void {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
}
