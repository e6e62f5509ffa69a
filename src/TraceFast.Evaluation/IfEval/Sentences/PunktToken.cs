using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Sentences;

/// <summary>A token of a small context and what is known of it (NLTK's PunktToken).</summary>
internal sealed class PunktToken
{
    private static readonly PythonRegex s_number = PythonRegex.Parse(@"\A-?[\.,]?\d[\d,\.-]*\.?$");
    private static readonly PythonRegex s_initial = PythonRegex.Parse(@"\A[^\W\d]\.$");
    private static readonly PythonRegex s_ellipsis = PythonRegex.Parse(@"\A\.\.+$");

    private readonly string type;

    public PunktToken(string text)
    {
        Text = text;
        string lower = PythonString.Lower(text);
        type = s_number.IsMatch(lower) ? EnglishParameters.Number : lower;
        EndsWithDot = text.EndsWith('.');
        if (text is "." or "?" or "!")
            IsBreak = true;
        else if (s_ellipsis.IsMatch(text))
            IsEllipsis = true;
        else if (EndsWithDot && !text.EndsWith("..", StringComparison.Ordinal))
            (IsAbbreviation, IsBreak) = EnglishParameters.IsAbbreviation(PythonString.Lower(text[..^1])) ? (true, false) : (false, true);
    }

    public string Text { get; }

    public bool EndsWithDot { get; }

    public bool IsEllipsis { get; }

    /// <summary>A sentence ends after it.</summary>
    public bool IsBreak { get; set; }

    public bool IsAbbreviation { get; set; }

    /// <summary>One letter and a dot.</summary>
    public bool IsInitial => s_initial.IsMatch(Text);

    public bool StartsUpper => CharacterClasses.IsUpper(PythonString.At(Text, 0));

    public bool StartsLower => CharacterClasses.IsLower(PythonString.At(Text, 0));

    /// <summary>Lower case, all numbers as one, without the final dot.</summary>
    public string TypeWithoutDot => type.Length > 1 && type[^1] == '.' ? type[..^1] : type;

    /// <summary>The same, but a dot that ends no sentence stays.</summary>
    public string TypeWithoutSentenceDot => IsBreak ? TypeWithoutDot : type;
}
