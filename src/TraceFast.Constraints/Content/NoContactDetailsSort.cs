using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Content;

/// <summary>no_contact_details{}: no e-mail address, web address, telephone number or number of a person or card, as <see cref="ContactDetails"/> finds them.</summary>
public sealed class NoContactDetailsSort : Sort
{
    private static readonly string[] Names = ["help", "info", "office", "team", "contact", "hello"], Hosts = ["example.com", "example.org", "example.net"];

    public override string Name => "no_contact_details";

    public override Category Kind => Category.Privacy;

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Do not give any contact details such as e-mail addresses, phone numbers, links or ID numbers", "Leave out e-mail addresses, web addresses, phone numbers and ID numbers", "The answer must not contain contact details",
            "Protect privacy: no phone numbers, e-mail addresses, URLs or identity numbers", "Avoid contact information of any kind", "No e-mail address, phone number, URL or ID number may appear in the text", "Don't reveal anyone's contact information")
        .Chinese("不得包含邮箱、电话、网址或证件号码等联系方式", "文中不要出现任何联系方式", "请勿透露电话、邮箱、网址和身份证号", "为保护隐私，不提供任何联系方式", "回答中禁止出现电话号码、电子邮箱、链接或证件号", "避免出现个人联系方式", "不能含有电话、邮箱、网址、身份证号等隐私信息");

    public override Verdict Check(Constraint constraint, Response response) =>
        ContactDetails.Find(response.Text) is { } place
            ? new(Outcome.Violated, $"\"{response.Span(place)}\" is a contact detail, where none may stand", place)
            : new(Outcome.Obeyed, "no e-mail address, web address, telephone or identity number found");

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.None);

    /// <summary>Asks for an e-mail address as a keyword.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context) =>
        new(Sorts.Get("keywords"), Arguments.Of(("words", new[] { $"{context.Random.Pick(Names)}@{context.Random.Pick(Hosts)}" })));

    public override bool Conflicts(Constraint own, Constraint other) => base.Conflicts(own, other) || other.Sort.MustContain(other).Any(t => ContactDetails.Find(t) is not null);
}
