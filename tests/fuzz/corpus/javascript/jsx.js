<a>Don't</a>
<b x={require('z')}/>