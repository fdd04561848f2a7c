// A list of which only what is in sight is on the page. Whatever is loaded, measured or said, the row that one reads stays
// where it is; who stands at the end stays at the end.
import { Component, type ComponentChildren, createRef } from "preact";

import { type Anchor, anchorAt, Heights, type Slice, slice, topFor } from "./heights";

/** What is drawn beyond the edges of the view, and how near to an edge one is before more is asked for. */
const BEYOND = 700;
const SLACK = 24;

export interface ListControl {
  /** Brings a row to so many pixels below the upper edge. */
  show(key: string, distance: number): void;
  end(): void;
  focus(): void;
  readonly height: number;
}

/** What is in sight: the places of the first and the last row. */
export interface Seen {
  first: number;
  last: number;
  atEnd: boolean;
}

interface Props<Row extends { key: string }> {
  rows: readonly Row[];
  draw: (row: Row) => ComponentChildren;
  label: string;
  /** Where few rows stand: at the upper edge, or at the lower one, where one writes. */
  from?: "start" | "end";
  start: Anchor;
  control: (control: ListControl) => void;
  onEdge: (edge: "start" | "end") => void;
  onSeen: (seen: Seen) => void;
  busy: boolean;
}

export class VirtualList<Row extends { key: string }> extends Component<Props<Row>> {
  private readonly heights = new Heights(64);
  private readonly view = createRef<HTMLDivElement>();
  private readonly place = createRef<HTMLOListElement>();
  private anchor: Anchor = this.props.start;
  private shown: readonly Row[] | null = null;
  private height = 600;
  /** Where the list stood when it was last looked at. */
  private stood = 0;
  private observer: ResizeObserver | null = null;
  private drawn: Slice = { from: 0, to: 0, offset: 0 };

  override componentDidMount(): void {
    this.height = this.view.current?.clientHeight ?? this.height;
    this.observer = new ResizeObserver(() => {
      this.follow();
      this.settle();
    });
    if (this.view.current) this.observer.observe(this.view.current);
    if (this.place.current) this.observer.observe(this.place.current);
    this.props.control({
      show: (key, distance) => this.hold({ key, distance }),
      end: () => this.hold("end"),
      focus: () => this.view.current?.focus({ preventScroll: true }),
      height: this.height,
    });
    this.settle();
  }

  override componentWillUnmount(): void {
    this.observer?.disconnect();
  }

  override componentDidUpdate(): void {
    this.settle();
  }

  override render({ rows, draw, label, busy, from: edge = "end" }: Props<Row>) {
    this.follow();
    this.take(rows);
    const { from, to, offset } = this.due();
    this.drawn = { from, to, offset };
    return (
      <div class="rows" data-from={edge} ref={this.view} tabIndex={0} role="region" aria-label={label} aria-busy={busy} onScroll={this.scrolled} onKeyDown={this.steered}>
        <div class="rows-space" style={{ blockSize: `${this.heights.total}px` }}>
          <ol class="rows-drawn" ref={this.place} style={{ transform: `translateY(${offset}px)` }}>
            {rows.slice(from, to).map((row) => <li key={row.key} data-row={row.key} tabIndex={-1}>{draw(row)}</li>)}
          </ol>
        </div>
      </div>
    );
  }

  private take(rows: readonly Row[]): void {
    if (rows === this.shown) return;
    this.shown = rows;
    this.heights.show(rows.map((row) => row.key));
  }

  /** Where the list is to stand, as the anchor has it. */
  private top(): number {
    return topFor(this.heights, this.anchor, this.height) ?? this.view.current?.scrollTop ?? 0;
  }

  private due(): Slice {
    return slice(this.heights, this.top(), this.height, BEYOND);
  }

  private hold(anchor: Anchor): void {
    this.anchor = anchor;
    this.settle();
  }

  /** Measures what is drawn and puts the anchor back to its place; draws again until what is drawn is what is due. */
  private settle(): void {
    const view = this.view.current;
    if (!view) return;
    this.height = view.clientHeight;
    const news = this.measure();
    const due = this.due();
    if (news || due.from < this.drawn.from || due.to > this.drawn.to) return this.redraw();
    const top = this.top();
    if (Math.abs(view.scrollTop - top) >= 1) view.scrollTop = top;
    this.stood = view.scrollTop;
    this.look();
  }

  /** Who scrolls is followed at once: the event that tells of it may still be on its way. */
  private follow(): void {
    const view = this.view.current;
    if (!view || Math.abs(view.scrollTop - this.stood) < 1) return;
    this.stood = view.scrollTop;
    this.height = view.clientHeight;
    this.anchor = anchorAt(this.heights, this.stood, this.height, SLACK);
  }

  private redraw(): void {
    this.keepFocus();
    this.forceUpdate();
  }

  private measure(): boolean {
    let news = false;
    for (const row of this.place.current?.children ?? []) {
      const key = (row as HTMLElement).dataset["row"];
      if (key && this.heights.measure(key, row.getBoundingClientRect().height)) news = true;
    }
    return news;
  }

  private readonly scrolled = () => {
    const view = this.view.current;
    if (!view) return;
    this.follow();
    const near = slice(this.heights, view.scrollTop, this.height, BEYOND / 2);
    if (near.from < this.drawn.from || near.to > this.drawn.to) this.redraw();
    else this.look();
  };

  /** Tells what is in sight, and asks for more where one comes near to the end of what there is. */
  private look(): void {
    const view = this.view.current;
    if (!view || this.heights.length === 0) return;
    const { scrollTop } = view;
    const last = this.heights.find(scrollTop + this.height - 1);
    this.props.onSeen({ first: this.heights.find(scrollTop), last, atEnd: this.anchor === "end" });
    if (scrollTop < 1.5 * this.height) this.props.onEdge("start");
    if (scrollTop + 2.5 * this.height > this.heights.total) this.props.onEdge("end");
  }

  /** A row that goes out of sight must not take the focus with it. */
  private keepFocus(): void {
    const row = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>("[data-row]");
    if (!row || row.parentElement !== this.place.current) return;
    const at = this.heights.place(row.dataset["row"] ?? "") ?? -1;
    const { from, to } = this.due();
    if (at < from || at >= to) this.view.current?.focus({ preventScroll: true });
  }

  private readonly steered = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const target = event.target as HTMLElement;
    if (step === undefined || (target !== this.view.current && target.dataset["row"] === undefined)) return;
    event.preventDefault();
    const at = this.heights.place(target.dataset["row"] ?? "");
    const key = this.heights.key(at === undefined ? this.heights.find((this.view.current?.scrollTop ?? 0) + this.height - 8) : at + step);
    if (key !== undefined) this.focusRow(key);
  };

  private focusRow(key: string): void {
    const row = [...(this.place.current?.children ?? [])].find((one) => (one as HTMLElement).dataset["row"] === key);
    (row as HTMLElement | undefined)?.focus();
  }
}
