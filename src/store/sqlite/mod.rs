//! The store in one SQLite file: the only SQL of the program.

use super::*;

/// An open SQLite store.
pub(super) struct Sqlite;

impl Sqlite {
    /// Opens or makes the file.
    pub(super) fn open(_path: &Path, _mode: Mode, _wait: Duration) -> Result<Self> {
        Err(StoreError::Failed {
            doing: "opening".into(),
            detail: "not yet".into(),
        })
    }
}

#[allow(unused_variables)]
impl Store for Sqlite {
    fn cases(&self, filter: &CaseFilter) -> Result<Vec<CaseRow>> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn case_counts(&self) -> Result<Vec<(CaseKind, CaseState, i64)>> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn case(&self, case: CaseId) -> Result<CasePage> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn contacts(&self, query: &str, limit: Option<usize>) -> Result<Vec<ContactHit>> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn contact(&self, contact: ContactId) -> Result<ContactPage> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn messages(
        &self,
        contact: ContactId,
        before: Option<(Timestamp, EventId)>,
        limit: usize,
    ) -> Result<Vec<MessageRow>> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn payload(&self, event: EventId) -> Result<String> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn resolve(&self, query: &Query) -> Result<Resolution> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn ask(
        &mut self,
        contacts: &[ContactId],
        identifier: Option<&Named>,
        by: &By,
    ) -> Result<CaseRow> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn decide(&mut self, decide: &Decide, by: &By) -> Result<Done> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn undo(&mut self, what: Undo, cascade: bool, dry_run: bool, by: &By) -> Result<Vec<Done>> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn verify(&self, head: Option<&str>) -> Result<Verdict> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn quarantine(&self, id: Option<QuarantineId>) -> Result<Vec<QuarantineRow>> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn doctor(&self, replay: bool) -> Result<Diagnosis> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn export(
        &self,
        what: Export,
        row: &mut dyn FnMut(serde_json::Value) -> Result<()>,
    ) -> Result<()> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn ingest(
        &mut self,
        batch: &[Arrival],
        map: &PortfolioMap,
        arrived: Timestamp,
    ) -> Result<Counts> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
    fn revision(&self) -> Result<i64> {
        Err(StoreError::Failed {
            doing: String::new(),
            detail: "not yet".into(),
        })
    }
}
