using System.Globalization;
using System.Text;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// How an instruction is put together; two instructions of a quad share it, so that they differ in their constraints alone.
/// </summary>
/// <param name="Opening">The task, a sentence.</param>
/// <param name="Layout">Where the constraints are: as sentences after it, or listed below it.</param>
/// <param name="Heading">What is before them when they are listed, or as a lead-in.</param>
internal sealed record InstructionForm(string Opening, InstructionLayout Layout, string Heading)
{
    public static InstructionForm Sample(TopicWords topic, Language language, SeededRandom random)
    {
        Grammar grammar = Grammar.Of(language);
        string opening = grammar.Pick("opening", random).Fill(new SentenceFilling(topic, language, random));
        InstructionLayout layout = random.Below(10) switch
        {
            < 5 => InstructionLayout.Sentences,
            < 7 => InstructionLayout.Bullets,
            < 9 => InstructionLayout.Numbers,
            _ => InstructionLayout.Lead,
        };
        string heading = layout switch
        {
            InstructionLayout.Sentences => "",
            InstructionLayout.Lead => random.Pick(grammar.Texts("as well")),
            _ => random.Pick(grammar.Texts("listed")),
        };
        return new(opening, layout, heading);
    }

    public string Write(IReadOnlyList<StatedConstraint> constraints, Language language)
    {
        StringBuilder text = new(Opening);
        bool chinese = language == Language.Chinese;
        if (Layout is InstructionLayout.Bullets or InstructionLayout.Numbers)
        {
            text.Append("\n\n").Append(Heading);
            for (int n = 0; n < constraints.Count; n++)
                text.Append('\n').Append(Layout == InstructionLayout.Bullets ? "- " : (n + 1).ToString(CultureInfo.InvariantCulture) + ". ")
                    .Append(constraints[n].Text);
            return text.ToString();
        }

        if (Heading.Length > 0)
            text.Append(chinese ? "" : " ").Append(Heading);
        foreach (StatedConstraint constraint in constraints)
        {
            string template = constraint.Text;
            bool ended = template[^1] is '.' or '!' or '?' or '。' or '！' or '？';
            text.Append(chinese ? "" : " ").Append(template).Append(ended ? "" : chinese ? "。" : ".");
        }

        return text.ToString();
    }
}

/// <summary>Where constraints are placed in an instruction.</summary>
internal enum InstructionLayout
{
    Sentences,
    Lead,
    Bullets,
    Numbers,
}
