//! What came of a fault: a row of the table that every run ends with.

use std::fmt;
use std::time::Duration;

use crate::registry::Kind;

/// What a scenario measured, in the order it measured it.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<(String, String)>);

impl Figures {
    pub fn add(&mut self, name: impl Into<String>, value: impl fmt::Display) {
        self.0.push((name.into(), value.to_string()));
    }

    pub fn took(&mut self, name: impl Into<String>, time: Duration) {
        self.add(name, format_args!("{:.1} s", time.as_secs_f64()));
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures: Vec<String> = self.0.iter().map(|(name, value)| format!("{name} {value}")).collect();
        f.write_str(&figures.join(", "))
    }
}

#[derive(Clone, Debug)]
pub enum Trouble {
    /// This machine cannot make the fault.
    NotRun(String),
    /// The fault needs something that can be installed; where everything is required, a failure.
    Missing(String),
    /// A rule of the contract was broken.
    Broken(String, Figures),
}

/// The fault cannot be made here, and why.
pub fn not_run<T>(why: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::NotRun(why.into()))
}

pub fn missing<T>(what: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Missing(what.into()))
}

pub type Outcome = Result<Figures, Trouble>;

#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub kind: Kind,
    pub seed: u64,
    pub took: Duration,
    pub outcome: Outcome,
}

impl Row {
    /// `required`: what can be installed has to be.
    pub fn is_failure(&self, required: bool) -> bool {
        match &self.outcome {
            Ok(_) | Err(Trouble::NotRun(_)) => false,
            Err(Trouble::Missing(_)) => required,
            Err(Trouble::Broken(..)) => true,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { name, kind, seed, took, outcome } = self;
        let (result, rest) = match outcome {
            Ok(figures) => ("ok", figures.to_string()),
            Err(Trouble::NotRun(why) | Trouble::Missing(why)) => ("NOT RUN", why.clone()),
            Err(Trouble::Broken(what, figures)) => {
                ("BROKEN", format!("{}; {figures}", what.lines().next().unwrap_or_default()))
            }
        };
        write!(f, "{name:<26} {:<8} {seed:>8} {:>5}  {result:<7}  {rest}", kind.name(), took.as_secs())
    }
}

pub fn table(rows: &[Row]) -> String {
    let head = format!("{:<26} {:<8} {:>8} {:>5}  {:<7}", "fault", "store", "seed", "s", "result");
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    format!("{head}  figures\n{}", rows.join("\n"))
}
