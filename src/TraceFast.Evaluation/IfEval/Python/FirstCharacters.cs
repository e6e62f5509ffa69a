namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>The characters that a match can begin with, so that a search skips the others: exact for ASCII, all or none of the rest.</summary>
internal sealed class FirstCharacters
{
    private readonly bool[] ascii = new bool[128];
    private bool other;

    /// <summary>Null where a match may be empty.</summary>
    public static FirstCharacters? Of(RegexNode root)
    {
        FirstCharacters first = new();
        return first.Add(root) ? first : null;
    }

    public bool Contains(int c) => c < ascii.Length ? ascii[c] : other;

    private void AddAll()
    {
        Array.Fill(ascii, true);
        other = true;
    }

    /// <summary>Adds what a node can begin with; false where it can match nothing, so that what follows counts too.</summary>
    private bool Add(RegexNode node)
    {
        switch (node)
        {
            case RegexNode.Set s:
                for (int c = 0; c < ascii.Length; c++)
                    ascii[c] |= s.Characters.Contains(c);
                other = true;
                return true;
            case RegexNode.Group g:
                return Add(g.Inside);
            case RegexNode.Atomic a:
                return Add(a.Inside);
            case RegexNode.Sequence s:
                return s.Items.Any(Add);
            case RegexNode.Choice c:
                return c.Alternatives.Count(Add) == c.Alternatives.Count;
            case RegexNode.Repeat r:
                return Add(r.Inside) && r.Min > 0;
            case RegexNode.Anchor or RegexNode.Look:
                return false;
            default:
                AddAll();
                return true;
        }
    }
}
