using TraceFast.Evaluation.IfEval.Languages;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>language:response_language: the detected language is the one asked for; where none can be detected, it counts as followed.</summary>
internal sealed class ResponseLanguage(string language) : IInstruction
{
    /// <summary>The official table; other codes raise an error there, Chinese among them.</summary>
    private static readonly string[] s_codes =
    [
        "en", "es", "pt", "ar", "hi", "fr", "ru", "de", "ja", "it", "bn", "uk", "th", "ur", "ta", "te", "bg", "ko", "pl", "he", "fa", "vi", "ne", "sw", "kn", "mr",
        "gu", "pa", "ml", "fi",
    ];

    public string Request => $"in the language {language}";

    public static IInstruction Read(InstructionArguments arguments)
    {
        string language = arguments.Text("language");
        return s_codes.Contains(language)
            ? new ResponseLanguage(language)
            : throw arguments.Error($"'language' is \"{language}\", which the official scorer does not know; it knows {string.Join(", ", s_codes)}");
    }

    public Finding Check(string text)
    {
        string? detected = LanguageDetector.Detect(text);
        return new Finding(detected == null || detected == language, detected == null ? "no language can be told" : $"the language is {detected}");
    }
}
