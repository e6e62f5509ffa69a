using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>length_constraints:number_words: runs of word characters (nltk RegexpTokenizer, \w+).</summary>
internal sealed class NumberWords(Relation relation) : IInstruction
{
    public string Request => $"{relation} words";

    public static IInstruction Read(InstructionArguments arguments) => new NumberWords(arguments.Relation("relation", "num_words"));

    public Finding Check(string text)
    {
        int count = 0;
        bool inWord = false;
        for (int i = 0; i < text.Length; i++)
        {
            int c = PythonString.At(text, i);
            bool isWord = CharacterClasses.IsWord(c);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
            i += c > char.MaxValue ? 1 : 0;
        }
        return new Finding(relation.Holds(count), $"{count} words");
    }
}
