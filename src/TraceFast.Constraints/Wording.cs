using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints;

/// <summary>
/// One way to say a constraint. Its template is text with slots:
/// {name} the argument; {name+1}, {name-1} an integer's neighbours (fewer than, more than); {name:words} an integer as a word (three, 三; 两 for 2);
/// {name:quoted} a text in quotation marks; {name:list} texts, each in quotation marks, joined with "and" (和); {name:either} the same with "or" (或);
/// {name:plain} texts joined by commas (、) without quotation marks; {name:named} a text by the name that the sort gives it (<see cref="Sort.NameOf"/>);
/// {name?one:many} one of two texts by whether the integer, or the number of texts, is 1.
/// A wording fits a constraint of its part whose arguments are exactly those of its slots and of <see cref="When"/>; one with both {min} and {max} does not fit where they are equal,
/// and none says a number below 1.
/// </summary>
/// <param name="Language">The language it is in.</param>
/// <param name="Template">Text with slots, without a final full stop.</param>
/// <param name="Scope">The part of the answer it speaks about.</param>
/// <param name="When">What the text says without a slot: "max={min}" (exactly), "case=upper"; several joined by ";".</param>
public sealed record Wording(Language Language, string Template, Scope Scope = Scope.Whole, string When = "")
{
    private Template? _parsed;

    internal Template Parsed => _parsed ??= Phrases.Template.Parse(this);

    public bool Equals(Wording? other) => other is not null && other.Language == Language && other.Scope == Scope && other.Template == Template && other.When == When;

    public override int GetHashCode() => HashCode.Combine(Language, Scope, Template, When);
}
