using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>keywords:letter_frequency: how often a character stands in the lower-cased text; any character may be asked for (older official versions: a to z).</summary>
internal sealed class LetterFrequency(string letter, Relation relation) : IInstruction
{
    public string Request => $"the letter \"{letter}\" {relation} times";

    public static IInstruction Read(InstructionArguments arguments)
    {
        string letter = arguments.Text("letter");
        if (letter.EnumerateRunes().Count() > 1)
            throw arguments.Error($"'letter' is \"{letter}\"; one character is expected (the official scorer would draw one at random)");
        return new LetterFrequency(PythonString.Lower(PythonString.Strip(letter)), arguments.Relation("let_relation", "let_frequency"));
    }

    public Finding Check(string text)
    {
        int count = Places(PythonString.Lower(text)).Count;
        return new Finding(relation.Holds(count), $"{count} times", relation.IsLessThan ? Places(text) : []);
    }

    /// <summary>Where the letter stands; a character whose lower case is the letter counts.</summary>
    private List<Place> Places(string text)
    {
        List<Place> places = [];
        // One that is longer in lower case (U+0130), or none after trimming, equals no single character.
        if (letter.EnumerateRunes().Count() != 1)
            return places;
        int wanted = PythonString.At(letter, 0);
        for (int i = 0; i < text.Length; i++)
        {
            int c = PythonString.At(text, i), units = c > char.MaxValue ? 2 : 1;
            if (c == wanted || PythonString.Lower(c) == wanted)
                places.Add(new Place(i, units));
            i += units - 1;
        }
        return places;
    }
}
