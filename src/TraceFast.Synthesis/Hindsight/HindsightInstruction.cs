using TraceFast.Constraints;
using TraceFast.Constraints.Recognition;
using TraceFast.Constraints.Text;

namespace TraceFast.Synthesis.Hindsight;

/// <summary>An instruction and the constraints that it states.</summary>
/// <param name="Text">All of it.</param>
/// <param name="Stated">Each by a sentence or line of its own.</param>
/// <param name="Inside">Those of sentences that say other things too: they can be checked, and not rewritten.</param>
internal sealed record HindsightInstruction(string Text, IReadOnlyList<StatedConstraint> Stated, IReadOnlyList<Constraint> Inside)
{
    private const string Stops = ".!?。！？";

    /// <summary>Reads the constraints out of an instruction that somebody wrote.</summary>
    public static HindsightInstruction Read(string text)
    {
        List<StatedConstraint> stated = [];
        List<Constraint> inside = [];
        foreach (string line in text.Split('\n'))
        {
            string bare = line[Clause.SkipMarker(line)..].Trim();
            if (Add(bare))
                continue;
            Response read = new(bare);
            foreach (string part in read.Sentences.Select(s => read.Span(s).ToString()))
                if (!Add(part))
                    inside.AddRange(ConstraintRecognizer.Recognize(part, text).Found.Select(f => f.Constraint));
        }
        return new HindsightInstruction(text, stated, inside);

        bool Add(string part)
        {
            if (part.Length == 0 || ConstraintRecognizer.Recognize(part, text) is not { IsWhole: true, Found: [var only] })
                return part.Length == 0;
            stated.Add(new StatedConstraint(only.Constraint, part.TrimEnd('.', '。', ';', '；')));
            return true;
        }
    }

    /// <summary>With another statement in a constraint's place.</summary>
    /// <param name="number">Of the constraint, among those stated.</param>
    /// <returns>Null: the text does not have the old statement exactly once.</returns>
    public HindsightInstruction? Replace(int number, StatedConstraint by)
    {
        if (Place(Stated[number].Text) is not { } at)
            return null;
        string old = Stated[number].Text, before = Text[..at], after = Text[(at + old.Length)..], text = by.Text;
        bool hadStop = after is ['.' or '。', ..];
        if (Stops.Contains(text[^1]))
            after = hadStop ? after[1..] : after;
        else if (!hadStop && Stops.Contains(old[^1]) && !IsLine(before, after))
            text += text.Any(Clause.IsHan) ? "。" : ".";
        return this with { Text = before + text + after, Stated = [.. Stated.Select((s, i) => i == number ? by : s)] };
    }

    /// <summary>Without a constraint: its sentence is left out, or its line.</summary>
    /// <inheritdoc cref="Replace"/>
    public HindsightInstruction? Remove(int number)
    {
        if (Place(Stated[number].Text) is not { } at)
            return null;
        string before = Text[..at], after = Text[(at + Stated[number].Text.Length)..];
        if (IsLine(before, after))
            before = before[..(before.LastIndexOf('\n') is >= 0 and var end ? end : 0)];
        else
        {
            after = after is ['.' or '。', ..] ? after[1..] : after;
            before = before.TrimEnd(' ');
        }
        return this with { Text = (before + after).TrimEnd(), Stated = [.. Stated.Where((_, i) => i != number)] };
    }

    private int? Place(string statement) =>
        Text.IndexOf(statement, StringComparison.Ordinal) is >= 0 and var at
        && Text.IndexOf(statement, at + 1, StringComparison.Ordinal) < 0 ? at : null;

    /// <summary>Nothing but a list's mark is before it on its line, and nothing after it.</summary>
    private static bool IsLine(string before, string after)
    {
        string start = before[(before.LastIndexOf('\n') + 1)..];
        return before.Contains('\n', StringComparison.Ordinal) && Clause.SkipMarker(start + "x") >= start.TrimEnd().Length
            && after.TrimStart(' ', '.', '。', ';', '；') is "" or ['\n' or '\r', ..];
    }
}
