//! Few and short patterns that stand for the wanted names of a service.

/// A name of an IAM action, without its service.
#[derive(Clone, Debug)]
pub(super) struct Name<'a> {
    /// As AWS writes it.
    pub(super) text: &'a str,
    /// Lower-case, for IAM does not tell upper case from lower case.
    pub(super) lower: String,
    /// What it costs to let a pattern match it; nothing: it is wanted.
    pub(super) harm: u64,
}

/// Where two names part, or where one ends.
#[derive(Debug)]
struct Node {
    /// A name below it, and how much of that all names below it begin with.
    name: usize,
    length: usize,
    /// Whether that much of the name is a name itself, and not only the beginning of others.
    ends: bool,
    below: Vec<Node>,
    harm: u64,
    wanted: bool,
}

/// The names of one service by their beginnings.
#[derive(Debug)]
pub(super) struct Trie<'a> {
    service: &'a str,
    names: Vec<Name<'a>>,
    root: Option<Node>,
}

/// A name, or the beginning of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece<'a> {
    pub(super) service: &'a str,
    pub(super) text: &'a str,
    /// Whether anything may follow.
    pub(super) star: bool,
    /// The harm of all that it matches without being wanted.
    pub(super) harm: u64,
}

impl<'a> Trie<'a> {
    /// The names in any order, each once.
    pub(super) fn new(service: &'a str, mut names: Vec<Name<'a>>) -> Self {
        names.sort_by(|a, b| a.lower.cmp(&b.lower));
        let root = grow(&names, 0, names.len());
        Self { service, names, root }
    }

    /// Every wanted name for itself.
    pub(super) fn exact(&self) -> impl Iterator<Item = Piece<'a>> {
        let wanted = self.names.iter().filter(|name| name.harm == 0);
        wanted.map(|name| Piece { service: self.service, text: name.text, star: false, harm: 0 })
    }

    /// The cheapest pieces that match all wanted names: a character costs 1,000, and so does harm by its price. With
    /// [`u64::MAX`] for a price they match nothing else, with 0 they are as short as can be.
    pub(super) fn covered(&self, price: u64) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        if let Some(root) = &self.root {
            self.choose(root, price, &mut pieces);
        }
        pieces
    }

    /// Adds the pieces for a node; tells what they cost.
    fn choose(&self, node: &Node, price: u64, pieces: &mut Vec<Piece<'a>>) -> u64 {
        if !node.wanted {
            return 0;
        }
        let Some(name) = self.names.get(node.name) else { return 0 };
        let piece = |star, harm| Piece {
            service: self.service,
            text: name.text.get(..node.length).unwrap_or(name.text),
            star,
            harm,
        };
        let before = pieces.len();
        let mut cost = 0_u64;
        if node.ends && name.harm == 0 {
            let own = piece(false, 0);
            cost = own.cost(price);
            pieces.push(own);
        }
        for below in &node.below {
            cost = cost.saturating_add(self.choose(below, price, pieces));
        }
        let whole = piece(true, node.harm);
        if !node.below.is_empty() && whole.cost(price) < cost {
            pieces.truncate(before);
            cost = whole.cost(price);
            pieces.push(whole);
        }
        cost
    }
}

/// The node of the sorted names of a range.
fn grow(names: &[Name<'_>], from: usize, to: usize) -> Option<Node> {
    let (first, last) = (names.get(from)?, names.get(to.checked_sub(1)?)?);
    let length = first.lower.bytes().zip(last.lower.bytes()).take_while(|(a, b)| a == b).count();
    let ends = first.lower.len() == length;
    let mut node = Node {
        name: from,
        length,
        ends,
        below: Vec::new(),
        harm: if ends { first.harm } else { 0 },
        wanted: ends && first.harm == 0,
    };
    let mut start = if ends { from + 1 } else { from };
    while let Some(name) = names.get(start).filter(|_| start < to) {
        let next = name.lower.as_bytes().get(length);
        let same = |other: &Name<'_>| other.lower.as_bytes().get(length) == next;
        let end = start + names.get(start..to)?.iter().take_while(|name| same(name)).count();
        let below = grow(names, start, end)?;
        node.harm = node.harm.saturating_add(below.harm);
        node.wanted |= below.wanted;
        node.below.push(below);
        start = end;
    }
    Some(node)
}

impl Piece<'_> {
    /// Its length in a list of JSON texts: two quotation marks and a comma besides.
    pub(super) fn length(&self) -> usize {
        self.service.len() + 1 + self.text.len() + usize::from(self.star) + 3
    }

    /// As a policy has it.
    pub(super) fn pattern(&self) -> String {
        format!("{}:{}{}", self.service, self.text, if self.star { "*" } else { "" })
    }

    fn cost(&self, price: u64) -> u64 {
        (self.length() as u64 * 1_000).saturating_add(self.harm.saturating_mul(price))
    }
}
