//! Where a link may lead.

use url::Url;

/// As a browser would understand it, if it leads to the web or to a mailbox. It holds no quotes and
/// no angle brackets. One with somebody's name before the host only looks as if it led to that name.
pub fn address(to: &str) -> Option<String> {
    let url = Url::parse(to).ok()?;
    let leads = match url.scheme() {
        "https" | "http" => url.username().is_empty() && url.password().is_none(),
        "mailto" => true,
        _ => false,
    };
    leads.then(|| url.as_str().replace('"', "%22").replace('<', "%3C").replace('>', "%3E"))
}
