namespace TraceFast.Constraints;

/// <summary>
/// One way to say a constraint. Its template is text with slots: {name} is the argument, {name:words} an integer as a word (three, 三),
/// {name:quoted} a text in the language's quotation marks, {name:list} texts as an enumeration, each in quotation marks, {max+1} and {min-1} the neighbours (fewer than, more than).
/// A wording fits a constraint of its part whose arguments are exactly those of its slots and of <see cref="When"/>.
/// </summary>
/// <param name="Language">The language it is in.</param>
/// <param name="Template">Text with slots.</param>
/// <param name="Part">The part of the answer it speaks about.</param>
/// <param name="When">What the text says without a slot: "max={min}" (exactly), "case=upper"; several joined by ";".</param>
public sealed record Wording(Language Language, string Template, Part Part = Part.Whole, string When = "");
