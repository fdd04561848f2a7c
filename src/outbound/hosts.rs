//! Which hosts the operator wants asked.

/// Of both lists each names a host and all below it. What is denied is denied; where something is
/// allowed by name, nothing else is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    pub allow: Vec<String>,
    pub deny: Vec<String>,
}

impl Hosts {
    pub(super) fn allow(&self, host: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|name| is_under(host, name));
        !named(&self.deny) && (self.allow.is_empty() || named(&self.allow))
    }
}

fn is_under(host: &str, name: &str) -> bool {
    let (host, name) = (host.trim_end_matches('.').to_ascii_lowercase(), name.to_ascii_lowercase());
    host.strip_suffix(&name).is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_the_host_and_all_below_it() {
        let hosts = |allow: &[&str], deny: &[&str]| {
            let [allow, deny] = [allow, deny].map(|names| names.iter().map(ToString::to_string).collect());
            Hosts { allow, deny }
        };
        let all = hosts(&[], &[]);
        assert!(all.allow("example.org"));
        let some = hosts(&["Example.org"], &["bad.example.org"]);
        assert!(some.allow("example.org") && some.allow("www.example.org") && some.allow("EXAMPLE.org."));
        for host in
            ["notexample.org", "example.org.evil.example", "bad.example.org", "a.bad.example.org", "org"]
        {
            assert!(!some.allow(host), "{host}");
        }
        assert!(!hosts(&[], &["192.0.0.9"]).allow("192.0.0.9"));
    }
}
