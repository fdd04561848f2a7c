//! Counts who has how many connections open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::block;

/// Open connections, in all and by address.
#[derive(Clone, Debug)]
pub struct Doorman {
    most: usize,
    most_per_address: usize,
    open: Arc<Mutex<(usize, HashMap<IpAddr, usize>)>>,
}

/// One open connection; counted until it is dropped.
#[derive(Debug)]
pub struct Ticket {
    doorman: Doorman,
    address: IpAddr,
}

impl Doorman {
    pub fn new(most: usize, most_per_address: usize) -> Doorman {
        Doorman { most, most_per_address, open: Arc::default() }
    }

    /// None where there are too many; `trusted` peers (proxies) are bounded only in all.
    pub fn admit(&self, address: IpAddr, trusted: bool) -> Option<Ticket> {
        let address = block(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let here = open.1.get(&address).copied().unwrap_or(0);
        if open.0 >= self.most || (!trusted && here >= self.most_per_address) {
            return None;
        }
        open.0 += 1;
        *open.1.entry(address).or_default() += 1;
        metrics::gauge!("hubbub_connections").set(open.0 as f64);
        Some(Ticket { doorman: self.clone(), address })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.doorman.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.0 -= 1;
        if let Some(here) = open.1.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                open.1.remove(&self.address);
            }
        }
        metrics::gauge!("hubbub_connections").set(open.0 as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_more_connections_than_it_may_and_gets_them_back() {
        let doorman = Doorman::new(3, 2);
        let (ann, bob) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2]));
        let first = doorman.admit(ann, false).unwrap();
        let _second = doorman.admit(ann, false).unwrap();
        assert!(doorman.admit(ann, false).is_none());
        let _third = doorman.admit(bob, false).unwrap();
        assert!(doorman.admit(bob, false).is_none(), "three in all");
        drop(first);
        assert!(doorman.admit(bob, false).is_some());
    }
}
