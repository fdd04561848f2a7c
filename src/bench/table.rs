//! The report as a table for people.

use super::machine::Memory;
use super::report::{Ceiling, Cpu, Measured, Memories, Presence, Report, Storm};
use super::tally::Spread;

type Row = (String, String);

impl Report {
    pub fn table(&self) -> Vec<String> {
        let mut rows = vec![
            row(
                "connect and sign in",
                format!("{} sockets in {:.2} s", self.connect.sockets, self.connect.seconds),
            ),
            row("come into channels", format!("{:.2} s", self.connect.join_seconds)),
        ];
        rows.extend(self.memory.iter().flat_map(memory));
        rows.extend(self.storm.iter().map(storm));
        rows.extend(self.presence.iter().map(presence));
        rows.extend(measured(&self.measured));
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let mut lines: Vec<String> =
            rows.iter().map(|(name, value)| format!("  {name:<width$}  {value}")).collect();
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines.extend(self.ceiling.as_ref().map(Ceiling::sentence));
        lines
    }
}

fn row(name: &str, value: impl Into<String>) -> Row {
    (name.to_owned(), value.into())
}

fn memory(memories: &Memories) -> Vec<Row> {
    vec![
        row("memory with the first", mebibytes(memories.first)),
        row("memory after", mebibytes(memories.after)),
        row("  per connection, signed in", kibibytes(memories.per_connection)),
        row("  and in its channels", kibibytes(memories.per_joined)),
    ]
}

fn mebibytes(memory: Memory) -> String {
    let Memory { rss, pss, private } = memory;
    let each = [rss, pss, private].map(|bytes| format!("{:.1}", bytes as f64 / 1_048_576.0));
    format!("RSS {}, PSS {}, private {} MiB", each[0], each[1], each[2])
}

fn kibibytes(memory: Memory) -> String {
    let Memory { rss, pss, private } = memory;
    let each = [rss, pss, private].map(|bytes| format!("{:.1}", bytes as f64 / 1_024.0));
    format!("RSS {}, PSS {}, private {} KiB", each[0], each[1], each[2])
}

fn storm(storm: &Storm) -> Row {
    let Storm { users, missed, seconds, each_ms } = storm;
    let each = spread(each_ms);
    row("storm", format!("{users} users with {missed} missed each caught up in {seconds:.2} s; each {each}"))
}

fn presence(presence: &Presence) -> Row {
    let Presence { events, changes, most, each_by_itself } = presence;
    let told = format!("{changes} changes in {events} events, of {most} at most");
    row("presence", format!("{told}; each told by itself to all would be {each_by_itself}"))
}

fn measured(measured: &Measured) -> Vec<Row> {
    let Measured { sends, acks, deliveries, expected_deliveries, errors, cpu, .. } = measured;
    let mut rows = vec![
        row("sends", format!("{sends}, {acks} acknowledged, {:.1}/s", measured.sends_per_second)),
        row("acknowledgement", spread(&measured.ack_ms)),
        row(
            "deliveries",
            format!("{deliveries} of {expected_deliveries}, {:.0}/s", measured.deliveries_per_second),
        ),
        row("delivery", spread(&measured.delivery_ms)),
        row("lag of the bench", spread(&measured.lag_ms)),
        row("processor", processor(cpu)),
    ];
    if let Some(office) = &measured.office {
        let typed = format!("{} posts, {} replies, {} typing", office.posts, office.replies, office.typing);
        rows.push(row("office", typed));
        rows.push(row("  switches", format!("{}; {}", office.switches, spread(&office.switch_ms))));
        rows.push(row("  reconnects", format!("{}; {}", office.reconnects, spread(&office.reconnect_ms))));
        rows.push(row("  searches", format!("{}; {}", office.searches, spread(&office.search_ms))));
    }
    let wrong = errors.iter().map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join(", ");
    rows.push(row("errors", if wrong.is_empty() { "none".to_owned() } else { wrong }));
    rows
}

fn spread(times: &Spread) -> String {
    match times.count {
        0 => "none".to_owned(),
        _ => format!("p50 {:.2}, p99 {:.2}, max {:.2} ms", times.p50, times.p99, times.max),
    }
}

fn processor(cpu: &Cpu) -> String {
    let Some(server) = cpu.server_seconds else { return "of the server not known".to_owned() };
    let bench = cpu.bench_seconds.unwrap_or(0.0);
    let each = cpu.server_seconds_per_million_deliveries;
    let each = each.map_or(String::new(), |each| format!(", {each:.2} s per million deliveries"));
    format!("server {server:.2} s{each}; bench {bench:.2} s")
}

impl Ceiling {
    pub fn sentence(&self) -> String {
        let rate = self.rate.map_or(String::new(), |rate| format!(" with {rate:.0} messages/s"));
        let limit = self.first_limit.as_deref().unwrap_or("none up to what was asked for");
        let (users, p99) = (self.users, self.p99_ms);
        format!("this machine carries {users} users{rate} at p99 ≤ {p99:.1} ms; first limit: {limit}")
    }
}
