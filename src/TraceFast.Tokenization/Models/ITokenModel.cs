using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Models;

/// <summary>The stretch of a text that a token represents, in UTF-16 units. Tokens that share a character have all of it.</summary>
internal readonly record struct TokenSpan(int Start, int End);

/// <summary>Turns one pre-token into ids.</summary>
internal interface ITokenModel
{
    Vocabulary Vocabulary { get; }

    /// <summary>
    /// Every character gets a token of its own or a token for each of its bytes: none is dropped, and no run of unknown ones becomes
    /// one token.
    /// </summary>
    bool HasAllBytes { get; }

    /// <summary>Appends the ids of one pre-token to <paramref name="ids"/>.</summary>
    /// <param name="word">Valid Unicode.</param>
    /// <param name="ids">Gets the ids.</param>
    /// <param name="spans">Gets each id's place in the word.</param>
    /// <exception cref="Data.InputException">A character is unknown and the model's unknown token is not in its vocabulary.</exception>
    void Encode(ReadOnlySpan<char> word, List<int> ids, List<TokenSpan>? spans = null);
}

/// <summary>Reads <c>model</c>.</summary>
internal static class ModelReader
{
    /// <exception cref="Data.InputException">Another model type, or a setting that is malformed or not supported.</exception>
    public static ITokenModel Read(TokenizerFile file)
    {
        if (!file.HasModel)
            throw file.Error("", "no \"model\"", "a tokenizer.json with a model");
        // The first files of the format give no type; only BPE has merges.
        string type = file.ModelSetting("type")?.AsText() ?? (file.ModelHas("merges") ? "BPE" : "none");
        return type switch
        {
            "BPE" => new BytePairModel(file),
            "Unigram" => new UnigramModel(file),
            _ => throw file.Error("model.type", type == "none" ? "no type" : $"\"{type}\"",
                "\"BPE\" or \"Unigram\": WordPiece and WordLevel tokenizers are not supported"),
        };
    }
}
