//! The typed form of a rule set.

use super::value::Attribute;

/// A parsed rule set: which parameters it takes and how they decide.
#[derive(Clone, Debug)]
pub struct RuleSet {
    pub(super) parameters: Vec<Parameter>,
    pub(super) rules: Vec<Rule>,
    /// How many variables are alive at most, parameters included.
    pub(super) slots: usize,
}

impl RuleSet {
    /// The parameters, in the order in which their values are given to [`RuleSet::evaluate`].
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

/// A parameter of a rule set.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, by which operations and members refer to it.
    pub name: Box<str>,
    /// Its type.
    pub kind: ParameterKind,
    /// The client setting that gives its value, where neither operation nor input does.
    pub builtin: Option<Builtin>,
    /// Without a value for it, nothing resolves.
    pub required: bool,
    /// Its value when none is given.
    pub default: Option<ParameterDefault>,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A list of text.
    List,
}

/// The default of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterDefault {
    /// Text.
    Text(Box<str>),
    /// `true` or `false`.
    Bool(bool),
}

/// The client settings that rules may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// `AWS::Region`
    Region,
    /// `AWS::UseFIPS`
    UseFips,
    /// `AWS::UseDualStack`
    UseDualStack,
    /// `SDK::Endpoint`
    Endpoint,
    /// `AWS::Auth::AccountId`
    AccountId,
    /// `AWS::Auth::AccountIdEndpointMode`
    AccountIdEndpointMode,
    /// `AWS::STS::UseGlobalEndpoint`
    StsUseGlobalEndpoint,
    /// `AWS::S3::UseGlobalEndpoint`
    S3UseGlobalEndpoint,
    /// `AWS::S3::ForcePathStyle`
    S3ForcePathStyle,
    /// `AWS::S3::Accelerate`
    S3Accelerate,
    /// `AWS::S3::UseArnRegion`
    S3UseArnRegion,
    /// `AWS::S3::DisableMultiRegionAccessPoints`
    S3DisableMultiRegionAccessPoints,
    /// `AWS::S3Control::UseArnRegion`
    S3ControlUseArnRegion,
}

impl Builtin {
    /// The setting of a name in a rule set.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "AWS::Region" => Self::Region,
            "AWS::UseFIPS" => Self::UseFips,
            "AWS::UseDualStack" => Self::UseDualStack,
            "SDK::Endpoint" => Self::Endpoint,
            "AWS::Auth::AccountId" => Self::AccountId,
            "AWS::Auth::AccountIdEndpointMode" => Self::AccountIdEndpointMode,
            "AWS::STS::UseGlobalEndpoint" => Self::StsUseGlobalEndpoint,
            "AWS::S3::UseGlobalEndpoint" => Self::S3UseGlobalEndpoint,
            "AWS::S3::ForcePathStyle" => Self::S3ForcePathStyle,
            "AWS::S3::Accelerate" => Self::S3Accelerate,
            "AWS::S3::UseArnRegion" => Self::S3UseArnRegion,
            "AWS::S3::DisableMultiRegionAccessPoints" => Self::S3DisableMultiRegionAccessPoints,
            "AWS::S3Control::UseArnRegion" => Self::S3ControlUseArnRegion,
            _ => return None,
        })
    }
}

/// Where a variable is kept during an evaluation.
pub(super) type Slot = usize;

/// A rule: taken when all of its conditions hold.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) conditions: Vec<Condition>,
    pub(super) outcome: Outcome,
}

/// Holds unless it is unset or false; keeps its value for later.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) expression: Expression,
    pub(super) assign: Option<Slot>,
}

/// What a rule that is taken does.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// Tries these in order; where none is taken, the next rule after this one is tried.
    Tree(Vec<Rule>),
    /// Ends with an endpoint.
    Endpoint(Box<Target>),
    /// Ends with an error.
    Error(Expression),
}

/// An endpoint whose parts are still to be filled in.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) url: Expression,
    pub(super) schemes: Vec<Scheme>,
    pub(super) headers: Vec<(Box<str>, Vec<Expression>)>,
}

/// One way to sign.
#[derive(Clone, Debug)]
pub(super) struct Scheme {
    pub(super) name: Box<str>,
    pub(super) signing_name: Option<Expression>,
    pub(super) signing_region: Option<Expression>,
    pub(super) signing_region_set: Vec<Expression>,
    pub(super) disable_double_encoding: Option<bool>,
}

/// Anything that has a value.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Bool(bool),
    Text(Box<str>),
    Template(Vec<Part>),
    Variable(Slot),
    Call(Box<Call>),
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(Box<str>),
    Variable(Slot, Option<Attribute>),
}

/// A function with its arguments.
#[derive(Clone, Debug)]
pub(super) enum Call {
    IsSet(Expression),
    Not(Expression),
    GetAttr(Expression, Attribute),
    Substring { value: Expression, start: usize, stop: usize, reverse: bool },
    StringEquals(Expression, Expression),
    BooleanEquals(Expression, Expression),
    IsValidHostLabel { value: Expression, subdomains: Expression },
    UriEncode(Expression),
    ParseUrl(Expression),
    AwsPartition(Expression),
    AwsParseArn(Expression),
    AwsIsVirtualHostableS3Bucket { value: Expression, subdomains: Expression },
    Coalesce(Vec<Expression>),
    IfThenElse(Expression, Expression, Expression),
    Split { value: Expression, delimiter: Box<str>, limit: usize },
}
