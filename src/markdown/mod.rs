//! Text as HTML that can be shown as it is: Markdown with a closed set of tags, and nothing that runs.
//!
//! What is kept and told is always the text; this is only a way to show it. Whatever the text holds, the
//! answer has no tag, attribute or scheme but those that `writer` writes, so HTML in it is shown and
//! not obeyed. `docs/formatting.md` has the rules for those who render it themselves, and
//! `fixtures/markdown.json` the cases that both are held to.

mod address;
mod parts;
mod text;
mod writer;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, TagEnd};

pub use self::address::address;
use self::writer::Writer;
use crate::limits;

/// Whom a message calls: what other `@`s there are is text.
#[derive(Clone, Debug, Default)]
pub struct Whom {
    /// Ids by folded names.
    pub people: HashMap<String, String>,
    pub everyone: bool,
}

/// The text as HTML. One that is nested too deep, would become too long or show nothing is shown as it is.
pub fn html(text: &str, whom: &Whom) -> String {
    let html = write(text, whom).map(Writer::finish).unwrap_or_default();
    if html.is_empty() { plain(text) } else { html }
}

/// None where it goes beyond a bound.
fn write<'a>(text: &str, whom: &'a Whom) -> Option<Writer<'a>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut writer = Writer::new(whom);
    let mut end = 0;
    for (event, place) in Parser::new_ext(text, options).into_offset_iter() {
        let escaped = is_escaped(text, &place, end);
        // What begins here holds what comes next.
        end = if matches!(event, Event::Start(_)) { place.start } else { place.end };
        write_event(&mut writer, event, text.get(place).unwrap_or_default(), escaped);
        if writer.is_too_deep() || writer.len() > limits::HTML_BYTES {
            return None;
        }
    }
    Some(writer)
}

/// Where a text leads on the web, in order and each once; without addresses in `<…>` or code, and without
/// pictures.
pub fn links(text: &str) -> Vec<String> {
    let mut links = write(text, &Whom::default()).map(Writer::links).unwrap_or_default();
    let mut seen = HashSet::new();
    links.retain(|link| !link.starts_with("mailto:") && seen.insert(link.clone()));
    links
}

/// Whether a backslash stands before what it takes the meaning from. It belongs to no event.
fn is_escaped(text: &str, place: &Range<usize>, end: usize) -> bool {
    place.start > end && text.get(..place.start).is_some_and(|before| before.ends_with('\\'))
}

fn write_event(writer: &mut Writer<'_>, event: Event<'_>, source: &str, escaped: bool) {
    match event {
        Event::Text(text) => return writer.text(&text, escaped),
        // What goes on within a word is one text to whoever reads it.
        _ => writer.flush(),
    }
    match event {
        Event::Start(tag) => writer.start(tag),
        Event::End(TagEnd::Table) => writer.end_table(),
        Event::End(TagEnd::HtmlBlock) => writer.end_html(),
        Event::End(_) => writer.close(),
        Event::Code(code) => writer.code(&code),
        // Shown and not obeyed.
        Event::Html(html) | Event::InlineHtml(html) => writer.html(&html),
        // People press Enter where they mean a new line.
        Event::SoftBreak | Event::HardBreak => writer.line(),
        Event::Rule => writer.rule(source.trim()),
        Event::TaskListMarker(done) => writer.verbatim(if done { "☑ " } else { "☐ " }),
        // Of what is not switched on there are no events.
        Event::Text(_) | Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) => {}
    }
}

fn plain(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| {
        let mut html = String::new();
        text::escape(&mut html, line);
        html
    });
    format!("<p>{}</p>", lines.collect::<Vec<_>>().join("<br>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Clone, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        source: String,
        html: String,
        #[serde(default)]
        mentions: HashMap<String, String>,
        #[serde(default)]
        everyone: bool,
    }

    fn cases() -> Vec<Case> {
        serde_json::from_str(include_str!("../../fixtures/markdown.json")).unwrap()
    }

    /// What a cleaner that knows the same tags, attributes and schemes leaves of it.
    fn cleaned(html: &str) -> String {
        const TAGS: &str =
            "p br strong em del code pre blockquote ul ol li a table thead tbody tr th td span";
        let words = |text: &'static str| text.split(' ').collect::<HashSet<_>>();
        let attributes =
            [("a", "href rel target"), ("code", "class"), ("span", "class data-user"), ("ol", "start")];
        let attributes = attributes.map(|(tag, names)| (tag, words(names)));
        ammonia::Builder::empty()
            .tags(words(TAGS))
            .tag_attributes(HashMap::from(attributes))
            .url_schemes(words("https http mailto"))
            .link_rel(None)
            .clean(html)
            .to_string()
    }

    #[test]
    fn text_is_shown_as_the_cases_say() {
        let cases = cases();
        let names: HashSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names.len(), cases.len(), "each case has a name of its own");
        for Case { name, source, html: wanted, mentions, everyone } in cases.clone() {
            let shown = html(&source, &Whom { people: mentions, everyone });
            assert_eq!(shown, wanted, "{name}");
            assert_eq!(cleaned(&shown), shown, "{name}: more than there may be");
        }
    }

    #[test]
    fn nothing_grows_beyond_its_bound() {
        let wide = format!("|{}\n|{}\n{}", "a|".repeat(300), "-|".repeat(300), "|x|\n".repeat(900));
        assert!(html(&wide, &Whom::default()).starts_with("<p>|a|"));
    }

    #[test]
    fn links_are_those_that_their_author_wants_to_be_looked_at() {
        let text = "https://a.example [b](https://b.example/?x#y) [c][1] **https://d.example**, [m](mailto:a@a.example)\n\n\
            <https://no.example/1> `https://no.example/2` ![x](https://no.example/3) [x](/no) https://a.example/\n\n\
            ```\nhttps://no.example/4\n```\n\n[1]: https://c.example\n[2]: https://no.example/5";
        let found =
            ["https://a.example/", "https://b.example/?x#y", "https://c.example/", "https://d.example/"];
        assert_eq!(links(text), found);
    }

    proptest! {
        #[test]
        fn nothing_but_the_closed_set_comes_out_of_anything(
            text in "([*_~`#>|+-]{1,3}|[a-c ]{1,3}|\n|\\[a\\]\\(|https?://a\\.b|mailto:|\\)|</?[a-z]{1,6}( on[a-z]=x)?>|\
                [\"'\\\\]|&[a-z]{1,4};|&#[0-9]{1,3};|@bob|@here|:tada:|!\\[|1\\. |- \\[x\\] |\n```|\\|-\\|-\n|\\PC|\\pC){0,60}",
            everyone: bool,
        ) {
            let people = HashMap::from([("bob".into(), "6b002553bae9a421cc4b6a3e".into())]);
            let html = html(&text, &Whom { people, everyone });
            prop_assert_eq!(cleaned(&html), html);
        }
    }
}
