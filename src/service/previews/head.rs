//! What the head of a page says of it. Nothing in it is believed to be more than text.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult,
    Tokenizer, TokenizerOpts,
};

use crate::limits;
use crate::model::PageSays;

/// The head stands at the beginning; more is not looked at. The tokenizer compares each attribute of a tag with
/// all before it, so a page that is one large tag costs the square of this.
const LOOKED_AT: usize = 64 * 1024;

#[derive(Default)]
struct Head(RefCell<Heard>);

#[derive(Default)]
struct Heard {
    title: String,
    in_title: bool,
    /// By `name` or `property`, the first of each.
    meta: Vec<(String, String)>,
    over: bool,
}

/// None of a page that has no title, or is not written in UTF-8.
pub(super) fn says(page: &[u8]) -> Option<PageSays> {
    let text = read(page)?;
    let tokenizer = Tokenizer::new(Head::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(text));
    // It stops where a script ends, which is not run.
    while !queue.is_empty() {
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    let heard = tokenizer.sink.0.take();
    let meta = |name: &str| heard.meta.iter().find(|(known, _)| known == name).map(|(_, said)| said.as_str());
    let title = line(meta("og:title").unwrap_or_default(), limits::PREVIEW_TITLE);
    let title = title.or_else(|| line(&heard.title, limits::PREVIEW_TITLE))?;
    let described = meta("og:description").or_else(|| meta("description")).unwrap_or_default();
    let description = line(described, limits::PREVIEW_DESCRIPTION);
    let site_name = line(meta("og:site_name").unwrap_or_default(), limits::PREVIEW_TITLE);
    Some(PageSays { title, description, site_name })
}

fn read(page: &[u8]) -> Option<&str> {
    let page = page.get(..LOOKED_AT).unwrap_or(page);
    match std::str::from_utf8(page) {
        Ok(text) => Some(text),
        // A letter may be cut in two at the end.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(page.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

/// One line without what is not seen or turns text around; what is too long ends with `…`.
fn line(text: &str, chars: usize) -> Option<String> {
    let seen = |c: &char| !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let words: String = text.chars().filter(seen).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count() {
        0 => None,
        count if count <= chars => Some(line),
        _ => Some(line.chars().take(chars - 1).chain(['…']).collect()),
    }
}

impl Heard {
    fn begin(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        match &*tag.name {
            "title" => {
                self.in_title = self.title.is_empty();
                return TokenSinkResult::RawData(Rcdata);
            }
            "script" => return TokenSinkResult::RawData(ScriptData),
            "style" | "noscript" => return TokenSinkResult::RawData(Rawtext),
            "meta" => self.meta(tag),
            "body" => self.over = true,
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn meta(&mut self, tag: &Tag) {
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            found.map(|attribute| attribute.value.to_string())
        };
        let name = attribute("property").or_else(|| attribute("name")).map(|name| name.to_ascii_lowercase());
        self.meta.extend(name.zip(attribute("content")));
    }
}

impl TokenSink for Head {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut heard = self.0.borrow_mut();
        match token {
            _ if heard.over => {}
            TagToken(tag) if tag.kind == StartTag => return heard.begin(&tag),
            TagToken(tag) if tag.kind == EndTag => match &*tag.name {
                "title" => heard.in_title = false,
                "head" => heard.over = true,
                _ => {}
            },
            CharacterTokens(text) if heard.in_title => heard.title.push_str(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn title(page: &str) -> Option<String> {
        says(page.as_bytes()).map(|says| says.title)
    }

    #[test]
    fn a_page_says_what_its_head_says() {
        let page = "<!doctype html><html><head><script>'<title>no</title>'</script><title>Tide &amp;\n times</title>\
            <meta name=Description content='When to sail'><meta property='og:site_name' content=Harbour></head>\
            <body><title>no</title><meta property=og:title content=no></body>";
        let says = says(page.as_bytes()).unwrap();
        assert_eq!(says.title, "Tide & times");
        assert_eq!(
            (says.description.unwrap(), says.site_name.unwrap()),
            ("When to sail".into(), "Harbour".into())
        );
        assert_eq!(title("<title>a</title><meta property='og:title' content='b'>").unwrap(), "b");
        assert_eq!(title("<title>a").unwrap(), "a");
        for nothing in ["", "<p>a</p>", "<title> \u{200b}\u{202e} </title>"] {
            assert_eq!(title(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn other_encodings_are_not_read() {
        assert_eq!(says(b"<title>caf\xe9</title>"), None);
    }

    #[test]
    fn what_it_says_is_short_and_is_text() {
        let long = title(&format!("<title>{}</title>", "é".repeat(500))).unwrap();
        assert_eq!((long.chars().count(), long.ends_with('…')), (200, true));
        assert_eq!(title("<title><b>a</b>\u{202e}b\u{7}c</title>").unwrap(), "<b>a</b>b c");
        let cut = format!("<title>a</title>{}é", "x".repeat(LOOKED_AT - 17));
        assert_eq!(title(&cut).unwrap(), "a");
    }

    proptest! {
        #[test]
        fn no_page_makes_it_panic(page in prop::collection::vec(any::<u8>(), 0..400), text in "(<(title|meta|script|/)|>|[a-z='\"&; ]|\\PC){0,80}") {
            says(&page);
            says(text.as_bytes());
        }
    }
}
