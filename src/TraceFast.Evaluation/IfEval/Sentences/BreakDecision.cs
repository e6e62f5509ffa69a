using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Sentences;

/// <summary>Whether a sentence ends inside a small context (NLTK's PunktSentenceTokenizer, first and second pass; Kiss and Strunk 2006, section 4).</summary>
internal static class BreakDecision
{
    private const string NonWord = @"(?:[)"";}\]\*:@\'\({\[!\?])";
    private const string MultiMark = @"(?:\-{2,}|\.{2,}|(?:\.\s){2,}\.)";

    private static readonly PythonRegex s_token = PythonRegex.Parse(
        MultiMark + @"|(?=[^\(\""\`{\[:;&\#\*@\)}\]\-,])\S+?(?=\s|$|" + NonWord + "|" + MultiMark + @"|,(?=$|\s|" + NonWord + "|" + MultiMark + @"))|\S");

    private enum Evidence
    {
        NoStart,
        Unknown,
        Start,
    }

    /// <summary>A token other than the last ends a sentence.</summary>
    public static bool HasBreak(string context)
    {
        List<PunktToken> tokens = Tokens(context);
        for (int i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].EndsWithDot)
                Reconsider(tokens[i], tokens[i + 1]);
            if (tokens[i].IsBreak)
                return true;
        }
        return false;
    }

    private static List<PunktToken> Tokens(string context)
    {
        List<PunktToken> tokens = [];
        foreach (string line in context.Split('\n'))
            if (!PythonString.IsBlank(line))
                foreach (RegexMatch match in s_token.Matches(line))
                    tokens.Add(new PunktToken(match.Text.ToString()));
        return tokens;
    }

    private static void Reconsider(PunktToken token, PunktToken next)
    {
        string type = token.TypeWithoutDot, nextType = next.TypeWithoutSentenceDot;
        bool initial = token.IsInitial;
        if (EnglishParameters.IsCollocation(type, nextType))
        {
            (token.IsBreak, token.IsAbbreviation) = (false, true);
            return;
        }

        Evidence evidence = EvidenceOf(next, nextType);
        if ((token.IsAbbreviation || token.IsEllipsis) && !initial
            && (evidence == Evidence.Start || (next.StartsUpper && EnglishParameters.IsFrequentStarter(nextType))))
        {
            token.IsBreak = true;
            return;
        }

        bool noBreak = (initial || type == EnglishParameters.Number) && evidence == Evidence.NoStart;
        noBreak |= initial && evidence == Evidence.Unknown && next.StartsUpper && !EnglishParameters.Of(nextType).HasFlag(Orthography.Lower);
        if (noBreak)
            (token.IsBreak, token.IsAbbreviation) = (false, true);
    }

    private static Evidence EvidenceOf(PunktToken next, string type)
    {
        if (next.Text is ";" or ":" or "," or "." or "!" or "?")
            return Evidence.NoStart;
        Orthography seen = EnglishParameters.Of(type);
        if (next.StartsUpper && seen.HasFlag(Orthography.Lower) && !seen.HasFlag(Orthography.UpperInside))
            return Evidence.Start;
        return next.StartsLower && (seen.HasFlag(Orthography.Upper) || !seen.HasFlag(Orthography.LowerAtStart)) ? Evidence.NoStart : Evidence.Unknown;
    }
}
