using TraceFast.Evaluation.IfEval.Languages;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>change_case:english_lowercase: no capital letter, and the detected language is English; where none can be detected, it counts as followed.</summary>
internal sealed class EnglishLowercase : IInstruction
{
    public string Request => "English, in small letters only";

    public static IInstruction Read(InstructionArguments arguments) => new EnglishLowercase();

    public Finding Check(string text)
    {
        if (!PythonString.IsLower(text))
            return new Finding(false, "it has capital letters, or no letters", TextParts.Where(text, c => CharacterClasses.IsUpper(c) || CharacterClasses.IsTitle(c)));
        string? detected = LanguageDetector.Detect(text);
        return new Finding(detected is null or "en", detected == null ? "no language can be told" : $"the language is {detected}");
    }
}
