//! Server and database lose sight of each other: two hosts of network namespaces, and a cable.

use std::net::Ipv4Addr;
use std::process::Command;
use std::time::Duration;

use tokio::time::Instant;

use crate::registry::{Case, MONGODB, NONE, Scenario};
use crate::report::{Outcome, Trouble, not_run};
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "partition",
            about: "the cable between server and MongoDB is out for 20 seconds (short: 6)",
            stores: MONGODB,
            short: MONGODB,
            run: |case| Box::pin(partition(case)),
        },
        Scenario {
            name: "partition-one-way",
            about: "the server's packets reach MongoDB and nothing comes back, then the other way round",
            stores: MONGODB,
            short: NONE,
            run: |case| Box::pin(one_way(case)),
        },
    ]
}

/// After a silence a write waits for one question that was lost in it, and for one connection (D-10).
const HEALED: Duration = Duration::from_secs(5 + 2);

/// A host of its own for the server, with one cable to the clients and one to the database.
struct Host {
    name: String,
    number: u32,
}

/// Both ends of a cable: here, and at the host.
struct Cable {
    here: Ipv4Addr,
    there: Ipv4Addr,
}

fn done(words: &str) -> Result<(), String> {
    let mut words = words.split(' ');
    let program = words.next().unwrap_or_default();
    match Command::new(program).args(words).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(problem) => Err(format!("{program}: {problem}")),
    }
}

impl Host {
    fn new() -> Result<Host, Trouble> {
        let number = std::process::id();
        let host = Host { name: format!("hubbub-{number}"), number };
        match host.build() {
            Ok(()) => Ok(host),
            Err(why) => not_run(format!("no network namespace can be made here (root, iproute2): {why}")),
        }
    }

    fn build(&self) -> Result<(), String> {
        let name = &self.name;
        done(&format!("ip netns add {name}"))?;
        done(&format!("ip -n {name} link set lo up"))?;
        for end in ['c', 'd'] {
            let (link, Cable { here, there }) = (self.link(end), self.cable(end));
            done(&format!("ip link add {link} type veth peer name {end}0 netns {name}"))?;
            done(&format!("ip addr add {here}/30 dev {link}"))?;
            done(&format!("ip link set {link} up"))?;
            done(&format!("ip -n {name} addr add {there}/30 dev {end}0"))?;
            done(&format!("ip -n {name} link set {end}0 up"))?;
        }
        Ok(())
    }

    fn link(&self, end: char) -> String {
        format!("hub{end}{}", self.number)
    }

    /// Runs side by side have their own: four addresses for each cable, by the number of the process.
    fn cable(&self, end: char) -> Cable {
        let block = (self.number % 4096) * 8 + if end == 'c' { 0 } else { 4 };
        let at = |host: u32| Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 213, 0, 0)) + block + host);
        Cable { here: at(1), there: at(2) }
    }

    fn unplug(&self) {
        done(&format!("ip -n {} link set d0 down", self.name)).unwrap();
    }

    fn plug_in(&self) {
        done(&format!("ip -n {} link set d0 up", self.name)).unwrap();
    }

    /// `-A` puts the rule up, `-D` takes it away; INPUT is what comes back from the database.
    fn filter(&self, verb: &str, way: &str) -> Result<(), String> {
        let side = if way == "INPUT" { "-i" } else { "-o" };
        done(&format!("ip netns exec {} iptables -w {verb} {way} {side} d0 -j DROP", self.name))
    }
}

impl Drop for Host {
    /// The cables go with it.
    fn drop(&mut self) {
        let _ = done(&format!("ip netns del {}", self.name));
        for end in ['c', 'd'] {
            let _ = done(&format!("ip link del {}", self.link(end)));
        }
    }
}

async fn apart(case: Case, host: &Host) -> Result<Run, Trouble> {
    let mut plan = Run::of(case);
    plan.address = host.cable('c').there;
    plan.store_address = Some(host.cable('d').here);
    plan.members.bind = Some(host.cable('d').here.to_string());
    plan.around = ["ip", "netns", "exec", &host.name].map(str::to_owned).to_vec();
    plan.start().await
}

async fn partition(case: Case) -> Outcome {
    let host = Host::new()?;
    let mut run = apart(case, &host).await?;
    run.calm().await;
    let begun = Instant::now();
    host.unplug();
    run.lasts(Duration::from_secs(case.pick(6, 20))).await;
    host.plug_in();
    run.writes_back(begun, Instant::now(), "writes back", HEALED).await;
    run.calm().await;
    run.sockets_stayed();
    run.end().await
}

async fn one_way(case: Case) -> Outcome {
    let host = Host::new()?;
    if let Err(why) = host.filter("-A", "INPUT").and_then(|()| host.filter("-D", "INPUT")) {
        return not_run(format!("iptables cannot filter here: {why}"));
    }
    let mut run = apart(case, &host).await?;
    for (way, name) in
        [("INPUT", "writes back after no answers"), ("OUTPUT", "writes back after no questions")]
    {
        run.calm().await;
        let begun = Instant::now();
        host.filter("-A", way).unwrap();
        run.lasts(Duration::from_secs(case.pick(6, 20))).await;
        host.filter("-D", way).unwrap();
        run.writes_back(begun, Instant::now(), name, HEALED).await;
    }
    run.sockets_stayed();
    run.end().await
}
