//! The best matches first: whole words before parts of words, then those that stand close together,
//! then what is newer. Among the newest thousand, so that a common word costs no more than a rare one.

use std::cmp::Reverse;
use std::sync::Arc;

use super::places::Place;
use super::{AT_ONCE, Candidate, Match, Search};
use crate::error::Result;
use crate::limits;
use crate::policy::Actor;
use crate::service::Page;
use crate::store::Wanted;
use crate::words::Query;

impl Search {
    pub(super) async fn best(
        &self,
        actor: &Actor,
        query: &Arc<Query>,
        wanted: Wanted,
        skip: usize,
        limit: usize,
    ) -> Result<Page<Match>> {
        let mut candidates = self.newest_thousand(actor, query, wanted).await?;
        candidates.sort_by_key(|one| (Reverse(one.hit.whole), one.hit.spread, Reverse(one.place)));
        let shown = skip.saturating_add(limit);
        let next = (candidates.len() > shown).then(|| Place::After(shown).to_string());
        let page = candidates.into_iter().skip(skip).take(limit).map(Candidate::shown);
        Ok(Page::until(page.collect::<Result<_>>()?, next))
    }

    async fn newest_thousand(
        &self,
        actor: &Actor,
        query: &Arc<Query>,
        mut wanted: Wanted,
    ) -> Result<Vec<Candidate>> {
        let (mut candidates, mut seen) = (Vec::new(), 0);
        wanted.limit = AT_ONCE;
        while candidates.len() < limits::SEARCH_RANKED && seen < limits::SEARCH_CANDIDATES {
            let found = self.store().engine.search(wanted.clone()).await?;
            seen += found.hits.len();
            candidates.extend(self.matching(actor, query, &found.hits).await?);
            let Some(rest) = found.rest else { break };
            wanted.to = rest;
        }
        candidates.truncate(limits::SEARCH_RANKED);
        Ok(candidates)
    }
}
