// Line icons on a grid of 20, drawn here so that nothing has to be fetched.

const paths = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h13M3 12.5h13",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  voice: "M4 8v4h3l4 3.5v-11L7 8zM14 7.5a3.5 3.5 0 0 1 0 5M16 5a7 7 0 0 1 0 10",
  video: "M3 6h9v8H3zM12 9l5-2.5v7L12 11",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zm0-3v4a2 2 0 0 0 4 0v-1a7 7 0 1 0-3 5.7",
  search: "M13.5 9a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0zM12.5 12.5 17 17",
  bell: "M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13zM8.5 17.5h3",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  gear: "M3 6h6.5M14.5 6H17M12 8.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6zM3 14h2.5M10.5 14H17M8 16.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
  people: "M7.5 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5zM2.5 16c0-2.5 2-4.2 5-4.2s5 1.7 5 4.2M13 4.2a2.7 2.7 0 0 1 0 5.2M14.5 12c2 .4 3.2 2 3.2 4",
  person: "M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10zM4 16.8c0-2.8 2.4-4.6 6-4.6s6 1.8 6 4.6",
  back: "M12 4l-6 6 6 6",
  forward: "M8 4l6 6-6 6",
  down: "M4.5 7.5 10 13l5.5-5.5",
  close: "M5 5l10 10M15 5 5 15",
  check: "M4 10.5 8 14.5 16 6",
  dots: "M5 10h.01M10 10h.01M15 10h.01",
  home: "M3 9.5 10 4l7 5.5M5 8.5V16h10V8.5",
  compass: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM12.8 7.2l-1.4 4.2-4.2 1.4 1.4-4.2z",
  door: "M8 4H4v12h4M12 6l4 4-4 4M16 10H8",
  sun: "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M15.3 4.7l-1.4 1.4M6.1 13.9l-1.4 1.4",
  moon: "M16 11.5A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.5z",
  screen: "M3 4h14v9H3zM7 16.5h6M10 13v3.5",
  keyboard: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7",
  inbox: "M3 11l2.5-6.5h9L17 11v4.5H3zM3 11h4l1 2h4l1-2h4",
  shield: "M10 3l6 2v5c0 3.5-2.5 6-6 7.5C6.5 16 4 13.5 4 10V5z",
  ban: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM5 5l10 10",
  globe: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM3 10h14M10 3c-4 4.5-4 9.5 0 14M10 3c4 4.5 4 9.5 0 14",
  archive: "M3 4h14v3.5H3zM4.5 7.5V16h11V7.5M8 10.5h4",
  eye: "M2 10c2-3.5 4.7-5.3 8-5.3s6 1.8 8 5.3c-2 3.5-4.7 5.3-8 5.3S4 13.5 2 10zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  message: "M3 4h14v10H9l-4 3v-3H3z",
  pen: "M4 16l.8-3.5L13.5 3.8l2.7 2.7L7.5 15.2zM11.5 5.8l2.7 2.7",
  trash: "M3.5 5.5h13M8 5.5V3.5h4v2M5 5.5l.8 11h8.4l.8-11M8.5 8.5v5M11.5 8.5v5",
  pin: "M7 3h6l-.8 5.5L15 11v1.5H5V11l2.8-2.5zM10 12.5V17.5",
  reply: "M8 5 3.5 9.5 8 14M3.5 9.5H12a4.5 4.5 0 0 1 4.5 4.5v1.5",
  thread: "M3.5 4.5h13v8H11l-3.5 3v-3h-4zM7 8.5h6",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7 11.5c1.5 2.3 4.5 2.3 6 0M7.5 8h.01M12.5 8h.01",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l2.8-2.8a3 3 0 0 0-4.2-4.2l-.8.8M11.5 8.5a3 3 0 0 0-4.2 0l-2.8 2.8a3 3 0 0 0 4.2 4.2l.8-.8",
  send: "M3.5 10 16.5 4l-4 12.5-3-5.5zM9.5 11l7-7",
  warning: "M10 3.5 17.5 16.5h-15zM10 8.5v4M10 14.6h.01",
  retry: "M15.5 6.5A6.5 6.5 0 1 0 16.5 10M16.5 3.5v3.5H13",
  bookmark: "M5.5 3.5h9v13.5L10 13.5 5.5 17z",
  calendar: "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5",
  chart: "M4 16V9M10 16V4M16 16v-5",
  clip: "M14.5 8.5 8.8 14.2a2.5 2.5 0 0 1-3.5-3.5l6.2-6.2a3.5 3.5 0 0 1 5 5l-6.3 6.3",
  flag: "M5 17.5V3.5h10l-2 3.5 2 3.5H5",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4l2.5 2",
  filter: "M3.5 5h13M6 10h8M8.5 15h3",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
} as const;

export type IconName = keyof typeof paths;

/** Those that point along the line of reading turn round where one reads from the right. */
const turning = new Set<IconName>(["back", "forward", "reply", "send", "door"]);

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width={name === "dots" ? "2.6" : "1.6"}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      data-turns={turning.has(name) ? "" : undefined}
    >
      <path d={paths[name]} />
    </svg>
  );
}

/** Two bubbles that talk at once. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 40 40" aria-hidden="true">
      <path class="logo-back" d="M17 5h12a8 8 0 0 1 8 8v7a8 8 0 0 1-6 7.7V33l-6-5h-8z" />
      <path class="logo-front" d="M11 9h9a8 8 0 0 1 8 8v5a8 8 0 0 1-8 8h-5l-7 5v-5.6A8 8 0 0 1 3 22v-5a8 8 0 0 1 8-8z" />
      <path class="logo-dots" d="M10.5 19.5h.01M15.5 19.5h.01M20.5 19.5h.01" />
    </svg>
  );
}
