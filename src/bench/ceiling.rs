//! Raising the load until a rule breaks: how much this machine carries.

use std::time::Duration;

use super::crew::Crew;
use super::machine::memory_share;
use super::plan::Profile;
use super::report::{Ceiling, Measured, Step};
use crate::error::Result;

/// The rules by which a load counts as carried.
const ERRORS: f64 = 0.000_25;
const MEAN_MS: f64 = 100.0;
const P99_MS: f64 = 2_000.0;
const SHARE: f64 = 0.85;

const FIRST_RATE: f64 = 10.0;
const FIRST_USERS: usize = 50;
/// Halvings between what was carried and what was not.
const HALVINGS: usize = 3;

/// The first rule that broke, in words.
pub fn broke(measured: &Measured, memory: Option<f64>) -> Option<String> {
    let Measured { delivery_ms, ack_ms, lag_ms, cpu, error_rate, .. } = measured;
    let percent = |share: f64| share * 100.0;
    if *error_rate > ERRORS {
        let codes: Vec<&str> = measured.errors.keys().map(String::as_str).collect();
        return Some(format!("errors {:.3} % ({})", percent(*error_rate), codes.join(", ")));
    }
    let switch_ms = measured.office.unwrap_or_default().switch_ms;
    for (what, times) in [("delivery", delivery_ms), ("acknowledgement", ack_ms), ("a switch", &switch_ms)] {
        if times.mean > MEAN_MS {
            return Some(format!("mean of {what} {:.0} ms", times.mean));
        }
        if times.p99 > P99_MS {
            return Some(format!("p99 of {what} {:.0} ms", times.p99));
        }
    }
    if lag_ms.mean > MEAN_MS {
        return Some(format!("this bench, which was {:.0} ms late: give it --threads", lag_ms.mean));
    }
    if let Some(share) = cpu.share.filter(|share| *share > SHARE) {
        return Some(format!("processor {:.0} %, the server and this bench together", percent(share)));
    }
    memory.filter(|share| *share > SHARE).map(|share| format!("memory {:.0} %", percent(share)))
}

/// The load that was carried last and the first that was not, with what was found at the former.
pub fn find(crew: &mut Crew, tell: &dyn Fn(String)) -> Result<(Ceiling, Measured)> {
    let secs = crew.plan.secs;
    match crew.plan.profile {
        Profile::Office => by_users(crew, secs, tell),
        _ => by_rate(crew, secs, tell),
    }
}

/// Everybody is here; what is said grows by half until a rule breaks, then the gap is halved.
fn by_rate(crew: &mut Crew, secs: Duration, tell: &dyn Fn(String)) -> Result<(Ceiling, Measured)> {
    let users = crew.plan.users;
    let (mut steps, mut best) = (Vec::new(), None);
    let (mut carried, mut refused): (f64, Option<f64>) = (0.0, None);
    let (mut rate, mut halvings) = (FIRST_RATE, 0);
    let mut limit = None;
    while halvings <= HALVINGS {
        let (step, measured) = try_out(crew, users, rate, secs, tell)?;
        match &step.broke {
            None => {
                carried = rate;
                best = Some((measured, step.p99_ms));
            }
            Some(rule) => {
                limit = Some(rule.clone());
                refused = Some(rate);
                best = best.or(Some((measured, step.p99_ms)));
            }
        }
        steps.push(step);
        rate = match refused {
            None => rate * 1.5,
            Some(refused) => {
                halvings += 1;
                f64::midpoint(carried, refused)
            }
        };
    }
    let (measured, p99_ms) = best.unwrap_or_default();
    Ok((Ceiling { users, rate: Some(carried), p99_ms, first_limit: limit, steps }, measured))
}

/// More and more people come, and behave as people do.
fn by_users(crew: &mut Crew, secs: Duration, tell: &dyn Fn(String)) -> Result<(Ceiling, Measured)> {
    let most = crew.plan.users;
    let (mut steps, mut best) = (Vec::new(), None);
    let mut users = FIRST_USERS.min(most);
    loop {
        let (step, measured) = try_out(crew, users, crew.plan.rate * users as f64 / most as f64, secs, tell)?;
        let (rule, p99) = (step.broke.clone(), step.p99_ms);
        steps.push(step);
        if rule.is_some() || users == most {
            let carried = if rule.is_none() { Some((users, measured.clone(), p99)) } else { best };
            let (users, measured, p99_ms) = carried.unwrap_or((0, measured, p99));
            return Ok((Ceiling { users, rate: None, p99_ms, first_limit: rule, steps }, measured));
        }
        best = Some((users, measured, p99));
        users = (users + users / 2).min(most);
    }
}

fn try_out(
    crew: &mut Crew,
    users: usize,
    rate: f64,
    secs: Duration,
    tell: &dyn Fn(String),
) -> Result<(Step, Measured)> {
    // Those who were lost in a step that was too much come back as well.
    crew.come(users)?;
    let measured = crew.measure(rate, secs)?;
    let memory = memory_share();
    let broke = broke(&measured, memory);
    let (delivery, ack) = (measured.delivery_ms, measured.ack_ms);
    let step = Step {
        users,
        rate: measured.sends_per_second,
        mean_ms: delivery.mean.max(ack.mean),
        p99_ms: delivery.p99.max(ack.p99),
        error_rate: measured.error_rate,
        cpu_share: measured.cpu.share,
        memory_share: memory,
        broke,
    };
    tell(format!(
        "{users} users, {:.1} messages/s, {:.0} deliveries/s: p99 {:.1} ms{}",
        step.rate,
        measured.deliveries_per_second,
        step.p99_ms,
        step.broke.as_deref().map_or(String::new(), |rule| format!("; broke: {rule}"))
    ));
    Ok((step, measured))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::{Cpu, Office};
    use crate::bench::tally::Spread;

    fn office(switch_ms: Spread) -> Office {
        Office { switch_ms, ..Office::default() }
    }

    #[test]
    fn each_rule_breaks_by_itself() {
        let good = Measured::default;
        let slow = |mean, p99| Spread { count: 9, mean, p99, ..Spread::default() };
        assert_eq!(broke(&good(), Some(0.5)), None);
        assert_eq!(broke(&Measured { error_rate: 0.000_25, ..good() }, None), None);
        for (measured, memory, words) in [
            (Measured { error_rate: 0.000_26, ..good() }, None, "errors 0.026 %"),
            (Measured { delivery_ms: slow(101.0, 500.0), ..good() }, None, "mean of delivery 101 ms"),
            (
                Measured { office: Some(office(slow(1.0, 2_100.0))), ..good() },
                None,
                "p99 of a switch 2100 ms",
            ),
            (Measured { ack_ms: slow(50.0, 2_001.0), ..good() }, None, "p99 of acknowledgement 2001 ms"),
            (Measured { cpu: Cpu { share: Some(0.9), ..Cpu::default() }, ..good() }, None, "processor 90 %"),
            (Measured { lag_ms: slow(150.0, 200.0), ..good() }, None, "this bench, which was 150 ms late"),
            (good(), Some(0.86), "memory 86 %"),
        ] {
            let rule = broke(&measured, memory).unwrap();
            assert!(rule.starts_with(words), "{rule}");
        }
    }
}
