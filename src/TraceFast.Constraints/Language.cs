namespace TraceFast.Constraints;

/// <summary>A language in which constraints are phrased and answers written.</summary>
public enum Language
{
    English,
    Chinese,
}

/// <summary>ISO 639-1 codes of the languages.</summary>
public static class Languages
{
    public static string CodeOf(Language language) => language == Language.Chinese ? "zh" : "en";

    /// <exception cref="ConstraintException">Constraints are not phrased in that language.</exception>
    public static Language Of(string code) => code switch
    {
        "en" => Language.English,
        "zh" => Language.Chinese,
        _ => throw new ConstraintException($"\"{code}\" is no language that instructions are written in; known: en, zh"),
    };
}
