namespace TraceFast.Tokenization.Decoders;

/// <summary>One step from tokens back to text: takes the list of token strings, gives another; the last list is joined.</summary>
internal interface IDecoder
{
    List<string> Decode(List<string> tokens);
}
